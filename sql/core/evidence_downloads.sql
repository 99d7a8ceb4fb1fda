-- Figures of evidence from the package index: level, chosen level, growth, companion, and how much may have been
-- pulled in.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: a `bounds` figure lies anywhere between low and high; its value is only the middle of them
with
average_last_months as (
    select
        framework,
        max(month) as newest_month,
        count(*) as months,
        avg(downloads_per_day) as per_day,
        avg(chosen_per_day_low) as chosen_low,
        bool_or(has_pulls) as has_pulls
    from (
        select *, max(month) over (partition by framework) as last_month
        from core.downloads_month
    ) as dated
    where date_diff('month', month, last_month) < 3
    group by framework
),
describe_level as (
    select
        framework,
        newest_month,
        level,
        level_low,
        level_high,
        months,
        'fitted level of the newest month, from ' || months || ' months of '
        || case when eras > 1 then eras || ' ways of counting with a step between them' else 'one way of counting' end
        || '; automatic installs and mirrors are in' as note
    from core.download_trends
    where subject = 'packages' and window_months = 12
),
describe_growth as (
    select
        framework,
        case window_months when 13 then 'downloads_growth_1y' else 'downloads_growth_3y' end as metric,
        newest_month,
        growth,
        growth_low,
        growth_high,
        months,
        'slope of ' || months || ' months'
        || case
            when eras > 1 then '; the counting changed within them, so a step is fitted there: '
                || 'real growth in the very month of the change is not seen'
            else ''
        end as note
    from core.download_trends
    where subject = 'packages' and window_months in (13, 37)
),
stack_figures as (
    select
        'downloads_per_day' as metric,
        framework,
        level as value,
        level_low as low,
        level_high as high,
        newest_month,
        months as n,
        cast(null as varchar) as spread,
        note
    from describe_level
    union all
    select
        'downloads_chosen_per_day',
        levels.framework,
        levels.level,
        levels.level_low,
        levels.level_high,
        levels.newest_month,
        levels.months,
        'lognormal',
        levels.note || '; no package of another framework pulls it in'
    from describe_level as levels
    inner join average_last_months as averages on averages.framework = levels.framework
    where not averages.has_pulls
    union all
    select
        'downloads_chosen_per_day',
        framework,
        (chosen_low + per_day) / 2,
        chosen_low,
        per_day,
        newest_month,
        months,
        'bounds',
        'bounds, means of the last ' || months || ' months: all its downloads at most, at least those beyond every '
        || 'download of the packages that install it; the value is the middle, not an estimate'
    from average_last_months
    where has_pulls
    union all
    select
        'install_share_pulled_in',
        framework,
        (1 - chosen_low / per_day) / 2,
        0,
        1 - chosen_low / per_day,
        newest_month,
        months,
        'bounds',
        'bounds, means of the last ' || months || ' months: none of it, or every download of the packages that '
        || 'install it; the value is the middle, not an estimate'
    from average_last_months
    where has_pulls and per_day > 0
    union all
    select metric, framework, growth, growth_low, growth_high, newest_month, months, cast(null as varchar), note
    from describe_growth
    union all
    select
        'companion_downloads_per_day',
        framework,
        level,
        level_low,
        level_high,
        newest_month,
        months,
        cast(null as varchar),
        'of ' || subject || ', its most downloaded companion; fitted level of the newest month, from ' || months
        || ' months'
    from core.download_trends
    where subject <> 'packages' and window_months = 12
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    last_day(newest_month) as as_of,
    n, -- months
    spread, -- null: the metric's own
    note
from stack_figures
