-- What people search for together with each framework: the most searched and the most grown queries. Empty until read
-- live.
-- grain: framework, ranking, position
-- audit: not_null(framework, ranking, position, query), position >= 1
-- warning: a ranking by the search engine: values of two frameworks do not compare
with
name_terms as (
    select figures.*, names.framework
    from staging.search_queries as figures
    inner join catalog.names as names
        on lower(names.name) = lower(figures.term)
            and names.kind = case figures.kind when 'topic' then 'search_topic' else 'search_term' end
    where figures.geo = ''
    qualify dense_rank() over (
        partition by names.framework, figures.ranking
        order by case figures.kind when 'topic' then 1 else 2 end, names.position, figures.term
    ) = 1
)
select
    framework, -- key of the framework
    ranking, -- top (most searched) or rising (most grown)
    position, -- 1 is first
    query, -- what was typed
    value, -- top: 100 is the first; rising: growth in percent
    is_breakout, -- true where it grew more than is said in figures
    kind, -- what was asked for: topic or term (plain words)
    cast(fetched_at as date) as as_of, -- day of the pull
    source -- where it was read
from name_terms
