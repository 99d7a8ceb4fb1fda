-- Questions under a tag by month that have no answer; the latest fetch of a month wins.
-- grain: population, tag, month
-- audit: not_null(population, tag, month, unanswered, is_partial), unanswered >= 0
-- warning: the running month is in, marked partial; young questions may still be answered
with
known as (
    select figures.*
    from raw.questions_unanswered as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.month <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by population, tag, month order by fetched_at desc, source, payload_sha256, unanswered desc
    ) = 1
)
select
    population,
    tag,
    month,
    unanswered,
    is_partial or cast(fetched_at as date) <= last_day(month) as is_partial,
    source,
    fetched_at
from newest_fetch
