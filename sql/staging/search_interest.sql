-- Relative search interest of a term, one row a pull: every pull is a fresh sample, so none replaces another.
-- grain: term, geo, period_start, granularity, request, fetched_at
-- audit: not_null(term, geo, period_start)
-- warning: an index within its request: figures of different requests do not compare
with
known as (
    select figures.*
    from raw.search_interest as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and case figures.granularity
            when 'week' then cast(figures.period_start + interval 6 day as date)
            when 'month' then last_day(figures.period_start)
            else figures.period_start
        end <= edition.as_of
),
newest_payload as (
    select *
    from known
    qualify row_number() over (
        partition by term, geo, period_start, granularity, request, fetched_at
        order by source, payload_sha256, interest desc
    ) = 1
)
select
    term,
    geo,
    period_start,
    granularity, -- day, week or month
    request,
    case when below_one then 0.5 else interest end as interest, -- "<1" is read as one half
    below_one,
    is_partial,
    source,
    fetched_at
from newest_payload
