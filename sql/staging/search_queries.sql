-- Queries that are searched for together with a term, as ranked; the latest pull of a ranking wins.
-- grain: term, kind, geo, ranking, position
-- audit: not_null(term, kind, geo, ranking, position, query), position >= 1
-- warning: a ranking, not a count: value is relative to the first ("top") or a growth in percent ("rising")
with
known as (
    select figures.*
    from raw.search_queries as figures
    cross join catalog.edition as edition
    where figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day
),
newest_fetch as (
    select *
    from known
    qualify dense_rank() over (
        partition by term, kind, geo, ranking order by fetched_at desc, source, payload_sha256, run_id
    ) = 1
)
select
    term,
    kind, -- topic or term
    geo, -- empty is worldwide
    ranking, -- top or rising
    position, -- 1 is first
    query,
    value,
    is_breakout, -- grown more than the service says in figures
    source,
    fetched_at
from newest_fetch
