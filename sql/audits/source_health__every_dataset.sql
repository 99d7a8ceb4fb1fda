-- Every data set of the catalogue and every source of it is accounted for, and where there are no figures at all it says
-- what is lost.
with
list_sources as (
    select dataset, unnest(sources) as source from catalog.datasets
),
sum_datasets as (
    select dataset, sum(rows) as rows from marts.source_health group by dataset
)
select sources.dataset, sources.source, health.status, health.missing
from list_sources as sources
left join marts.source_health as health on health.dataset = sources.dataset and health.source = sources.source
left join sum_datasets as sums on sums.dataset = sources.dataset
where health.dataset is null
    or (sums.rows = 0 and health.missing is null)
    or health.status not in ('ok', 'no_data', 'rate_limited', 'error', 'not_configured', 'stale')
