-- Releases of a framework by year; a version that several of its packages bear counts once.
-- grain: framework, year
-- audit: not_null(framework, year, releases, prereleases), releases >= 0, prereleases >= 0
-- warning: a year before the first release on the index has no row; a year without releases after it has zeros
with
merge_packages as (
    select
        framework,
        version,
        min(released_on) as released_on,
        bool_or(is_final) as is_final,
        min(kind) as kind,
        min(source) as source
    from core.releases
    group by framework, version
),
list_years as (
    select distinct extract(year from released_on) as year from merge_packages
),
span_years as (
    select frameworks.framework, years.year
    from list_years as years
    inner join (
        select framework, min(extract(year from released_on)) as first_year from merge_packages group by framework
    ) as frameworks on years.year >= frameworks.first_year
),
count_releases as (
    select
        span.framework,
        span.year,
        count(case when versions.is_final then 1 end) as releases,
        count(case when versions.kind in ('pre-release', 'development') then 1 end) as prereleases,
        min(versions.source) as source
    from span_years as span
    left join merge_packages as versions
        on versions.framework = span.framework and extract(year from versions.released_on) = span.year
    group by span.framework, span.year
)
select
    counts.framework,
    counts.year,
    counts.releases,
    counts.prereleases,
    make_date(cast(counts.year as integer), 12, 31) > reading.read_on as is_partial,
    counts.source
from count_releases as counts
cross join core.releases_read as reading
