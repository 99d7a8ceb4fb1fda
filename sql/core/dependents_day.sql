-- Packages and repositories that declare to need a framework, as seen on a day.
-- One dependent may need several packages of a framework, so the package with the most dependents stands for it.
-- grain: framework, day
-- audit: not_null(framework, day, package), dependent_packages >= 0, dependent_repositories >= 0
-- warning: a lower bound where a framework has several packages
with
name_packages as (
    select figures.*, names.framework, names.position
    from staging.package_dependents as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'package'
),
count_packages as (
    select *, count(*) over (partition by framework, observed_on) as packages
    from name_packages
)
select
    framework,
    observed_on as day,
    package,
    packages, -- of its packages that were read
    dependent_packages,
    dependent_repositories,
    least(observed_on, coalesce(cast(synced_at as date), observed_on)) as counted_on,
    source
from count_packages
qualify row_number() over (
    partition by framework, observed_on
    order by coalesce(dependent_packages, 0) + coalesce(dependent_repositories, 0) desc, position
) = 1
