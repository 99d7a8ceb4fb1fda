-- Figures of evidence from the releases on the package index.
-- The count's interval is Byar's approximation to the exact Poisson limits (Breslow & Day 1987, vol. II, p. 69), 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: the twelve months end on the day the index was read, or on the edition's day where that is earlier
with
merge_packages as (
    select framework, version, min(released_on) as released_on, bool_or(is_final) as is_final
    from core.releases
    group by framework, version
),
count_last_year as (
    select
        versions.framework,
        reading.read_on,
        count(
            case when versions.is_final and versions.released_on > reading.read_on - interval 365 day then 1 end
        ) as releases,
        min(versions.released_on) as first_released_on,
        count(*) as versions
    from merge_packages as versions
    cross join core.releases_read as reading
    group by versions.framework, reading.read_on
),
approximate_poisson as (
    select
        *,
        case
            when releases = 0 then 0
            else releases * power(1 - 1.0 / (9 * releases) - 1.6448536 / (3 * sqrt(releases)), 3)
        end as low,
        (releases + 1) * power(1 - 1.0 / (9 * (releases + 1)) + 1.6448536 / (3 * sqrt(releases + 1)), 3) as high
    from count_last_year
),
find_companion as (
    select framework, package, max(released_on) as released_on, count(*) as versions
    from core.companion_releases
    where is_stable
    group by framework, package, position_in_catalogue
    qualify row_number() over (partition by framework order by position_in_catalogue) = 1
),
find_subject as (
    -- a package that a claim names by itself, and no framework's
    select
        replace(lower(figures.package), '-', '_') as subject,
        figures.package,
        max(figures.released_on) as released_on,
        count(distinct figures.version) as versions
    from staging.package_releases as figures
    inner join core.claim_figures as claims
        on strpos(claims.names, ' companion_idle_days.' || replace(lower(figures.package), '-', '_') || ' ') > 0
    left join catalog.frameworks as frameworks
        on frameworks.framework = replace(lower(figures.package), '-', '_')
    where frameworks.framework is null and not regexp_matches(
        lower(figures.version), '(dev|[0-9][._-]?(a|b|c|rc|alpha|beta|pre|preview)[._-]?[0-9]*)'
    )
    group by figures.package
),
stack_figures as (
    select
        'releases_last_year' as metric,
        framework,
        releases as value,
        greatest(low, 0) as low,
        high,
        read_on as as_of,
        releases as n,
        'versions without a, b, rc, dev or post, in the 365 days to ' || read_on as note
    from approximate_poisson
    union all
    select
        'first_release_year',
        framework,
        extract(year from first_released_on),
        null,
        null,
        read_on,
        versions,
        'a date, not an estimate: no sampling error; releases made elsewhere before the index had the package '
        || 'are not seen'
    from approximate_poisson
    union all
    select
        'companion_idle_days',
        companions.framework,
        date_diff('day', companions.released_on, reading.read_on),
        null,
        null,
        reading.read_on,
        companions.versions,
        'of ' || companions.package
        || ', the first companion in the catalogue whose releases were read; two dates, no sampling error'
    from find_companion as companions
    cross join core.releases_read as reading
    union all
    select
        'companion_idle_days',
        subjects.subject,
        date_diff('day', subjects.released_on, reading.read_on),
        null,
        null,
        reading.read_on,
        subjects.versions,
        'of ' || subjects.package || ' itself, which a claim names; two dates, no sampling error'
    from find_subject as subjects
    cross join core.releases_read as reading
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(as_of as date) as as_of,
    n, -- releases counted
    cast(null as varchar) as spread, -- null: the metric's own
    note
from stack_figures
