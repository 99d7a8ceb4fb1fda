-- Figures of evidence from GitHub's own record: the year a repository was made, stars given, days to close an issue.
-- Stars: mean of the last 52 complete weeks with Student's t (Student 1908), 90 %. Days to close: mean of the
-- logarithms of the monthly medians over the last twelve complete months with Student's t: the geometric mean, a
-- typical month.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: weeks and months follow each other, so intervals are narrow rather than wide
-- warning: stars taken back are not subtracted
with
pick_repository as (
    select figures.*, names.framework
    from staging.repository_facts as figures
    inner join catalog.names as names on names.name = figures.repository and names.kind = 'repository'
    qualify row_number() over (partition by names.framework order by names.position, figures.observed_on desc) = 1
),
cut_weeks as (
    select *, max(week) over (partition by framework) as newest_week
    from core.star_gains_week
    where not is_partial
),
average_stars as (
    select
        framework,
        max(last_day) as newest_day,
        count(*) as weeks,
        avg(stars_given) as mean,
        stddev_samp(stars_given) as deviation
    from cut_weeks
    where date_diff('day', week, newest_week) < 52 * 7
    group by framework
    having count(*) >= 30
),
widen_stars as (
    select averages.*, quantiles.t * averages.deviation / sqrt(averages.weeks) as reach
    from average_stars as averages
    inner join core.t_quantiles as quantiles on quantiles.df = least(averages.weeks - 1, 60)
),
cut_months as (
    select *, max(month) over (partition by framework) as newest_month
    from core.issues_month
    where kind = 'issue' and not is_partial and median_days_to_close > 0 and closed_sampled > 0
),
average_days as (
    select
        framework,
        newest_month,
        count(*) as months,
        sum(closed_sampled) as closed_sampled,
        avg(ln(median_days_to_close)) as log_mean,
        stddev_samp(ln(median_days_to_close)) as log_spread
    from cut_months
    where date_diff('month', month, newest_month) < 12
    group by framework, newest_month
    having count(*) >= 6
),
widen_days as (
    select averages.*, quantiles.t * averages.log_spread / sqrt(averages.months) as reach
    from average_days as averages
    inner join core.t_quantiles as quantiles on quantiles.df = averages.months - 1
),
stack_figures as (
    select
        'repository_created_year' as metric,
        framework,
        extract(year from created_on) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        observed_on as as_of,
        1 as n,
        cast(null as varchar) as spread,
        'made on ' || created_on || ' as ' || repository || ': a date, not an estimate: no sampling error' as note,
        cast(null as varchar) as population
    from pick_repository
    union all
    select
        'stars_given_per_week',
        framework,
        mean,
        greatest(mean - reach, 0),
        mean + reach,
        newest_day,
        weeks,
        case when mean - reach <= 0 then 'bounds' end,
        'mean of ' || weeks || ' whole weeks of the last 52; stars taken back are not subtracted'
        || case when mean - reach <= 0 then '; the interval reaches zero and is cut there' else '' end,
        'stars'
    from widen_stars
    union all
    select
        'days_to_close_issue',
        framework,
        exp(log_mean),
        exp(log_mean - reach),
        exp(log_mean + reach),
        last_day(newest_month),
        closed_sampled,
        null,
        'geometric mean of the medians of ' || months || ' whole months, from ' || closed_sampled
        || ' issues sampled of those closed; issues still open are not in',
        null
    from widen_days
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(as_of as date) as as_of,
    n, -- weeks, or issues
    spread, -- null: the metric's own
    note,
    population -- the series watched for breaks: see core.regime_series
from stack_figures
