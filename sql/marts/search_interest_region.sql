-- Of the searches for the frameworks compared, each one's share by country. Empty until it is read live or a map is
-- imported.
-- grain: framework, region
-- audit: not_null(framework, region, region_name, pulls), share >= 0, share <= 1, low <= share, share <= high
-- warning: shares within a country: a small country counts as much as a large one; null where nothing is known
with
name_terms as (
    select
        figures.*,
        names.framework,
        figures.request || ' at ' || cast(figures.fetched_at as varchar) || ' ' || figures.payload_sha256 as pull
    from staging.search_regions as figures
    inner join catalog.names as names
        on lower(names.name) = lower(figures.term)
            and names.kind = case figures.kind when 'topic' then 'search_topic' else 'search_term' end
    qualify row_number() over (
        partition by names.framework, figures.kind, figures.region, figures.span, figures.request, figures.fetched_at,
            figures.payload_sha256
        order by names.position, figures.term
    ) = 1
),
describe_requests as (
    select kind, request, count(distinct framework) as frameworks, max(fetched_at) as fetched_at
    from name_terms
    group by kind, request
    -- one term alone is mapped by where it is searched for most: no shares
    having count(distinct framework) >= 2
),
pick_request as (
    select *
    from describe_requests
    qualify row_number() over (
        order by frameworks desc, case kind when 'topic' then 1 else 2 end, fetched_at desc, request
    ) = 1
),
share_regions as (
    select
        figures.*,
        -- a term that is no framework's takes its part of a request: shares are among the frameworks
        figures.share / nullif(sum(figures.share) over (partition by figures.pull, figures.region), 0) as part
    from name_terms as figures
    inner join pick_request as picked on picked.kind = figures.kind and picked.request = figures.request
)
select
    framework, -- key of the framework
    region, -- code of the country; its name where an export gives no code
    max(region_name) as region_name, -- its name
    median(part) as share, -- share of the searches for the frameworks compared, median of all pulls
    min(part) as low, -- lowest pull
    max(part) as high, -- highest pull
    count(distinct pull) as pulls, -- how often the map was read
    max(span) as span, -- the time it is for
    max(kind) as kind, -- what was compared: topic or term (plain words)
    cast(max(fetched_at) as date) as as_of, -- day of the newest pull
    min(source) as source -- where it was read
from share_regions
group by framework, region
