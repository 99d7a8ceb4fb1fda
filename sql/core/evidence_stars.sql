-- Figures of evidence from GitHub's counters: stars, and stars gained a week.
-- Mean of the weekly gains of the last 52 weeks with Student's t (Student 1908), 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: stars fall when GitHub removes accounts
-- warning: weekly gains follow each other, so the interval is narrow rather than wide
with
pick_newest as (
    select figures.*, names.framework
    from staging.repository_counters as figures
    inner join catalog.names as names on names.name = figures.repository and names.kind = 'repository'
    qualify row_number() over (partition by names.framework order by figures.observed_on desc, names.position) = 1
),
measure_gains as (
    select
        framework,
        week,
        observed_on,
        stars_gained * 7.0 / days_since_previous as gain, -- observations are not always seven days apart
        max(week) over (partition by framework) as newest_week,
        max(observed_on) over (partition by framework) as newest_day
    from core.stars_week
    where weeks_since_previous = 1
),
average_gains as (
    select framework, newest_day, count(*) as gains, avg(gain) as mean, stddev_samp(gain) as deviation
    from measure_gains
    where date_diff('day', week, newest_week) < 52 * 7
    group by framework, newest_day
    having count(*) >= 30
),
widen_means as (
    select averages.*, quantiles.t * averages.deviation / sqrt(averages.gains) as reach
    from average_gains as averages
    inner join core.t_quantiles as quantiles on quantiles.df = least(averages.gains - 1, 60)
),
stack_figures as (
    select
        'stars' as metric,
        framework,
        stars as value,
        cast(null as double) as low,
        cast(null as double) as high,
        observed_on as as_of,
        1 as n,
        cast(null as varchar) as spread,
        'complete count: no sampling error' as note
    from pick_newest
    union all
    select
        'stars_gained_per_week',
        framework,
        greatest(mean, 0),
        greatest(mean - reach, 0),
        greatest(mean + reach, 0),
        newest_day,
        gains,
        case when mean - reach <= 0 then 'bounds' end,
        'mean of ' || gains || ' gains between neighbouring weeks of the last 52, each scaled to seven days'
        || case when mean - reach <= 0 then '; the interval reaches zero and is cut there' else '' end
    from widen_means
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    as_of,
    n, -- observations
    spread, -- null: the metric's own
    note
from stack_figures
