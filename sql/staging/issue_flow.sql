-- Issues and pull requests opened and closed in a month; the latest fetch of a month wins.
-- grain: repository, kind, month
-- audit: not_null(repository, kind, month, is_lower_bound, is_partial), opened >= 0, closed >= 0
-- audit: median_hours_to_close >= 0
-- warning: the running month is in, marked partial: nothing fetched after the edition's day is
-- warning: median_hours_to_close is that of closed_sampled of those closed, not of all
with
known as (
    select figures.*
    from raw.issue_flow as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.month <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, kind, month order by fetched_at desc, source, payload_sha256, opened desc
    ) = 1
)
select
    repository,
    kind, -- issue, or pull for pull requests
    month,
    opened,
    closed,
    median_hours_to_close,
    closed_sampled,
    is_lower_bound,
    is_partial or cast(fetched_at as date) <= last_day(month) as is_partial,
    source,
    fetched_at
from newest_fetch
