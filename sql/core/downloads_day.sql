-- Downloads of a framework by day without mirrors, all its packages together.
-- grain: framework, day
-- audit: not_null(framework, day, downloads, packages, is_partial), downloads >= 0, packages >= 1
-- warning: a day without a row is missing, not zero; automatic installs are in
with
name_packages as (
    select figures.*, names.framework
    from staging.package_downloads_day as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'package'
    where figures.split = 'overall' and figures.category = 'without_mirrors'
),
sum_packages as (
    select
        framework,
        day,
        sum(downloads) as downloads,
        count(*) as packages,
        min(cast(fetched_at as date)) as read_on,
        min(source) as source
    from name_packages
    group by framework, day
)
select
    framework,
    day,
    downloads,
    packages,
    -- a package missing on a day would look like a fall
    packages < max(packages) over (partition by framework) or read_on <= day as is_partial,
    source
from sum_packages
