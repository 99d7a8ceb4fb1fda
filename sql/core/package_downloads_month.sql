-- Downloads of one package by calendar month, as the list whose thirty days lie closest to that month gives them.
-- grain: package, month
-- audit: not_null(package, month, role, downloads, days, downloads_per_day), days >= 28, downloads_per_day >= 0
-- warning: levels compare only within one counting_era; compare per-day figures, because days differ
with
place_in_month as (
    select
        *,
        case
            when backend = 'ClickHouse' then cast(date_trunc('month', as_of - interval 1 month) as date)
            else cast(date_trunc('month', as_of - interval 15 day) as date)
        end as month
    from staging.package_downloads_30d
),
measure_distance as (
    select
        *,
        last_day(month) as month_end,
        case when backend = 'ClickHouse' then extract(day from last_day(month)) else 30 end as days,
        case
            when backend = 'ClickHouse' then 0
            else abs(date_diff('day', last_day(month), as_of) - 1)
        end as days_off_month
    from place_in_month
),
pick_list as (
    select *
    from measure_distance
    qualify row_number() over (partition by package, month order by days_off_month, as_of desc) = 1
),
count_breaks as (
    -- how often the counting changed by then: levels compare only within one era
    select months.month, count(breaks.month) as breaks_before
    from (select distinct month from pick_list) as months
    left join catalog.breaks as breaks on breaks.dataset = 'package_downloads_30d' and breaks.month <= months.month
    group by months.month
),
name_packages as (
    select name as package, framework, kind as role, position
    from catalog.names
    where kind in ('package', 'companion')
    qualify row_number() over (partition by name order by case kind when 'package' then 1 else 2 end, framework) = 1
)
select
    lists.package,
    lists.month,
    names.framework, -- null where the catalogue gives the package to nobody
    coalesce(names.role, 'other') as role, -- package, companion or other
    names.position as position_in_role,
    lists.downloads,
    lists.days, -- days the figure counts
    cast(lists.downloads as double) / lists.days as downloads_per_day,
    lists.rank,
    lists.list_size,
    lists.backend,
    lists.backend || ' ' || breaks.breaks_before as counting_era, -- months of one era count alike
    lists.as_of as listed_on,
    lists.source
from pick_list as lists
inner join count_breaks as breaks on breaks.month = lists.month
left join name_packages as names on names.package = lists.package
