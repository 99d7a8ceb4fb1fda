-- What the packages of other frameworks may have installed of a package, by month: the sum of their own downloads.
-- grain: package, month
-- audit: not_null(package, month, is_known), pulled_in_per_day >= 0
-- warning: an upper bound: not every download of the pulling package brings the other along
with
pair_packages as (
    select
        installed.package,
        installed.month,
        edges.package as pulling_package,
        pulling.downloads_per_day
    from core.package_downloads_month as installed
    inner join catalog.pulls_in as edges on edges.installs = installed.package
    left join core.package_downloads_month as pulling
        on pulling.package = edges.package and pulling.month = installed.month
    where installed.month >= date_trunc('month', edges.since)
),
sum_pulls as (
    select
        package,
        month,
        sum(downloads_per_day) as pulled_in_per_day,
        count(*) = count(downloads_per_day) as is_known
    from pair_packages
    group by package, month
)
select
    package,
    month,
    pulled_in_per_day,
    is_known -- false where a pulling package is below the list, so that nothing bounds what it brought
from sum_pulls
