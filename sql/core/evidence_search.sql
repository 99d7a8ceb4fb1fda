-- Figures of evidence from search interest, worldwide: the mean of the last 52 complete weeks, and of 2020.
-- Mean of weekly figures with Student's t (Student 1908), 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: an index without a unit; weeks follow each other, so the interval is narrow rather than wide
with
pick_worldwide as (
    select *, max(week) over () as newest_week
    from core.search_interest_week
    where geo in ('', 'world') and not is_partial
),
cut_windows as (
    select 'search_interest' as metric, framework, week, interest
    from pick_worldwide
    where date_diff('day', week, newest_week) < 52 * 7
    union all
    select 'search_interest_2020' as metric, framework, week, interest
    from pick_worldwide
    where extract(year from week) = 2020
),
average_weeks as (
    select
        metric,
        framework,
        max(week) as newest_week,
        count(*) as weeks,
        avg(interest) as mean,
        stddev_samp(interest) as deviation
    from cut_windows
    group by metric, framework
    having count(*) >= 40
),
widen_means as (
    select averages.*, quantiles.t * averages.deviation / sqrt(averages.weeks) as reach
    from average_weeks as averages
    inner join core.t_quantiles as quantiles on quantiles.df = least(averages.weeks - 1, 60)
)
select
    metric,
    framework,
    mean as value,
    greatest(mean - reach, 0) as low,
    mean + reach as high,
    cast(newest_week + interval 6 day as date) as as_of,
    weeks as n, -- weeks
    case when mean - reach <= 0 then 'bounds' end as spread, -- null: the metric's own
    'mean of ' || weeks || ' weeks of an index that compares only within one request' as note
from widen_means
