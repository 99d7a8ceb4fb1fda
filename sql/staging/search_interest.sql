-- Relative search interest of a term, one row a pull: every pull is a fresh sample, so none replaces another.
-- A file that was imported twice, read in two ways, counts as it was read last.
-- grain: term, kind, geo, period_start, granularity, request, fetched_at, payload_sha256
-- audit: not_null(term, kind, geo, period_start, granularity)
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
newest_load as (
    select request, fetched_at, payload_sha256, min(source || ' ' || run_id) as load
    from known
    group by request, fetched_at, payload_sha256
    qualify min(source) <> 'trends_import'
        or dense_rank() over (partition by min(source), payload_sha256 order by fetched_at desc, request) = 1
)
select
    figures.term,
    figures.kind, -- topic, term (what people typed) or official (the search engine's own API, plain terms)
    figures.geo, -- empty is worldwide
    figures.period_start,
    figures.granularity, -- day, week or month
    figures.request,
    figures.payload_sha256,
    -- "<1" is read as one half
    case when figures.no_data then null when figures.below_one then 0.5 else figures.interest end as interest,
    figures.below_one,
    figures.no_data, -- nothing known: neither 0 nor "<1"
    figures.is_partial,
    figures.source,
    figures.fetched_at
from known as figures
inner join newest_load as loads
    on loads.request = figures.request and loads.fetched_at = figures.fetched_at
        and loads.payload_sha256 = figures.payload_sha256 and loads.load = figures.source || ' ' || figures.run_id
