-- Figures of evidence from what packages say of themselves: whether they name deep learning.
-- The rule, fixed before any metadata was read: 1 when the summary, the keywords or a classifier of the release read
-- name `deep learning`, a `neural network` (or `neural net`) or a `machine learning framework`, whatever the case,
-- with a space, a hyphen or nothing between the words; else 0.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, value <= 1
-- warning: a package's own words, not what it is used for; a package that was not read has no row
with
name_packages as (
    select names.framework, names.position, figures.*
    from staging.package_facts as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'package'
    union all
    select distinct replace(lower(figures.package), '-', '_'), 0, figures.*
    from staging.package_facts as figures
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
    qualify row_number() over (partition by framework order by position, fetched_at desc, version desc) = 1
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
    'read in the summary, keywords and classifiers of ' || package || ' ' || version || ': no sampling error' as note
from pick_release
