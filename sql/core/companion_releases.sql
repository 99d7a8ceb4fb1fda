-- Releases of a framework's companion libraries on the package index.
-- grain: framework, package, version
-- audit: not_null(framework, package, version, released_on)
-- warning: a companion without rows was not read, which is not the same as idle
with
name_companions as (
    select figures.*, names.framework, names.position
    from staging.package_releases as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'companion'
)
select
    framework,
    package,
    position as position_in_catalogue, -- the first companion listed is the one data is loaded with
    version,
    released_on, -- day of the first file
    not regexp_matches(
        lower(version), '(dev|[0-9][._-]?(a|b|c|rc|alpha|beta|pre|preview)[._-]?[0-9]*)'
    ) as is_stable, -- final or post-release
    source
from name_companions
