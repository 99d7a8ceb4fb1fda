-- Figures of evidence from what packages say of themselves: whether they name deep learning.
-- The rule, fixed before any metadata was read: 1 when the summary, the keywords or a classifier of the release read
-- name `deep learning`, a `neural network` (or `neural net`) or a `machine learning framework`, whatever the case,
-- with a space, a hyphen or nothing between the words; else 0.
-- A release read at the package index goes before one that the probes found installed, which need not be the newest.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, value <= 1
-- warning: a package's own words, not what it is used for; a package that was not read has no row
with
read_metadata as (
    select package, version, summary, keywords, classifiers, fetched_at, 0 as place
    from staging.package_facts
    union all
    select
        figures.distribution,
        figures.version,
        figures.summary,
        figures.keywords,
        figures.classifiers,
        cast(units.measured_on as timestamp),
        1
    from staging.probe_footprint_metadata as figures
    inner join core.probe_units as units
        on units.run = figures.run and units.probe = 'footprint' and units.unit = figures.unit
    where figures.status = 'read'
),
name_packages as (
    select names.framework, names.position, figures.*
    from read_metadata as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'package'
    union all
    select distinct replace(lower(figures.package), '-', '_'), 0, figures.*
    from read_metadata as figures
    inner join core.claim_figures as claims
        on strpos(claims.names, ' names_deep_learning.' || replace(lower(figures.package), '-', '_') || ' ') > 0
    left join catalog.frameworks as frameworks
        on frameworks.framework = replace(lower(figures.package), '-', '_')
    where frameworks.framework is null
),
pick_release as (
    -- only the newest release is read, so the newest fetch is the newest release
    select
        *,
        lower(
            coalesce(summary, '') || ' | ' || coalesce(keywords, '') || ' | ' || array_to_string(classifiers, ' | ')
        ) as words
    from name_packages
    qualify row_number() over (partition by framework order by position, place, fetched_at desc, version desc) = 1
)
select
    'names_deep_learning' as metric,
    framework,
    cast(
        case
            when regexp_matches(
                words,
                'deep[ -]?learning|neural[ -]?net(s|work|works)?([^a-z]|$)'
                || '|machine[ -]?learning[ -]?frameworks?([^a-z]|$)'
            ) then 1
            else 0
        end as double
    ) as value,
    cast(null as double) as low,
    cast(null as double) as high,
    cast(fetched_at as date) as as_of,
    1 as n, -- releases read
    cast(null as varchar) as spread, -- null: the metric's own
    'read in the summary, keywords and classifiers of ' || package || ' ' || version
    || case place when 1 then ' as it was found installed' else '' end || ': no sampling error' as note,
    case place when 1 then 'installed packages' end as population -- null: read at the index
from pick_release
