-- Search interest by country, one row a pull: every pull is a fresh sample, so none replaces another.
-- A file that was imported twice, read in two ways, counts as it was read last.
-- grain: term, kind, region, span, request, fetched_at, payload_sha256
-- audit: not_null(term, kind, region, span), share >= 0, share <= 1
-- warning: a share among the terms of its request; where one term was asked for alone, an index with the top region at 1
with
known as (
    select figures.*
    from raw.search_regions as figures
    cross join catalog.edition as edition
    where figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day
),
newest_load as (
    select *
    from known
    qualify source <> 'trends_import'
        or dense_rank() over (partition by source, payload_sha256 order by fetched_at desc, request) = 1
),
newest_payload as (
    select *
    from newest_load
    qualify row_number() over (
        partition by term, kind, region, span, request, fetched_at, payload_sha256
        order by source, run_id, share desc
    ) = 1
)
select
    term,
    kind, -- topic or term
    region, -- code of the country; its name where an export gives no code
    region_name,
    span, -- the time asked for, as it was asked
    request,
    payload_sha256,
    case when no_data then null else share end as share,
    no_data,
    source,
    fetched_at
from newest_payload
