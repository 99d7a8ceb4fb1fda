-- Releases of a framework's packages on the package index, with what the version's syntax says about each (PEP 440).
-- grain: framework, package, version
-- audit: not_null(framework, package, version, released_on, kind)
-- warning: early releases may be missing or bear the date of an index migration; yanked releases are in
with
name_packages as (
    select figures.*, names.framework
    from staging.package_releases as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'package'
),
read_version as (
    select
        *,
        case
            when regexp_matches(lower(version), 'dev') then 'development'
            when regexp_matches(lower(version), '[0-9][._-]?(a|b|c|rc|alpha|beta|pre|preview)[._-]?[0-9]*')
                then 'pre-release'
            when regexp_matches(lower(version), 'post') then 'post-release'
            else 'final'
        end as kind
    from name_packages
)
select
    framework,
    package,
    version,
    released_on, -- day of the first file
    kind, -- final, pre-release, development or post-release
    kind = 'final' as is_final, -- post-releases mend the packaging of a final release and are not counted again
    files,
    source
from read_version
