-- Downloads of a framework by month, all its packages together, and the bounds of what no other framework pulled in.
-- grain: framework, month
-- audit: not_null(framework, month, downloads_per_day), days >= 28, chosen_per_day_low >= 0
-- audit: chosen_per_day_low <= downloads_per_day
-- warning: a package below the list is missing from the sum; a change of counting_era is a break in level
with
bound_pulls as (
    select
        figures.*,
        case
            when pulls.package is null then figures.downloads_per_day
            when pulls.is_known then greatest(figures.downloads_per_day - pulls.pulled_in_per_day, 0)
            else 0
        end as chosen_per_day_low,
        pulls.package is not null as has_pulls
    from core.package_downloads_month as figures
    left join core.pulled_in_month as pulls on pulls.package = figures.package and pulls.month = figures.month
    where figures.role = 'package'
),
sum_packages as (
    select
        framework,
        month,
        count(*) as packages,
        sum(downloads) as downloads,
        max(days) as days,
        sum(downloads_per_day) as downloads_per_day,
        sum(chosen_per_day_low) as chosen_per_day_low,
        bool_or(has_pulls) as has_pulls,
        min(rank) as rank,
        min(list_size) as list_size,
        min(backend) as backend,
        min(counting_era) as counting_era,
        max(listed_on) as listed_on,
        min(source) as source
    from bound_pulls
    group by framework, month
),
count_months as (
    select package, count(*) as months
    from core.package_downloads_month
    where role = 'other'
    group by package
),
pick_basket as (
    -- the same packages in every month, so that a newcomer to the list changes nobody's share
    select package, count(*) over () as packages
    from count_months
    where months = (select max(months) from count_months)
),
sum_basket as (
    select figures.month, sum(figures.downloads_per_day) as basket_per_day
    from core.package_downloads_month as figures
    inner join pick_basket as basket on basket.package = figures.package
    group by figures.month
    having count(*) = max(basket.packages)
)
select
    frameworks.framework,
    frameworks.month,
    frameworks.packages, -- how many of the framework's packages were on the list
    frameworks.downloads,
    frameworks.days,
    frameworks.downloads_per_day,
    frameworks.downloads_per_day
    / nullif(sum(frameworks.downloads_per_day) over (partition by frameworks.month), 0) as share_among_frameworks,
    frameworks.downloads_per_day / nullif(basket.basket_per_day, 0) as share_of_top_list,
    frameworks.chosen_per_day_low,
    frameworks.downloads_per_day as chosen_per_day_high,
    frameworks.has_pulls,
    frameworks.rank,
    frameworks.list_size,
    frameworks.backend,
    frameworks.counting_era,
    coalesce(
        frameworks.counting_era
        <> lag(frameworks.counting_era) over (partition by frameworks.framework order by frameworks.month),
        false
    ) as is_break,
    frameworks.listed_on,
    frameworks.source
from sum_packages as frameworks
left join sum_basket as basket on basket.month = frameworks.month
