-- Figures of evidence from who looks a framework up and who needs it: views of articles, packages and repositories.
-- Views: mean of logarithms of the views a day of the last 13 whole weeks with Student's t (Student 1908), 90 %: the
-- geometric mean, a typical week.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: weeks follow each other, so the interval is narrow rather than wide
with
cut_weeks as (
    select *, max(week) over (partition by framework) as newest_week
    from core.page_views_week
    where not is_partial and views > 0
),
average_logs as (
    select
        framework,
        max(last_day) as newest_day,
        count(*) as weeks,
        avg(ln(views_per_day)) as log_mean,
        stddev_samp(ln(views_per_day)) as log_spread
    from cut_weeks
    where date_diff('day', week, newest_week) < 13 * 7
    group by framework
    having count(*) >= 8
),
widen_means as (
    select averages.*, quantiles.t * averages.log_spread / sqrt(averages.weeks) as reach
    from average_logs as averages
    inner join core.t_quantiles as quantiles on quantiles.df = averages.weeks - 1
),
pick_day as (
    select *
    from core.dependents_day
    qualify row_number() over (partition by framework order by day desc) = 1
),
stack_figures as (
    select
        'page_views_per_day' as metric,
        framework,
        exp(log_mean) as value,
        exp(log_mean - reach) as low,
        exp(log_mean + reach) as high,
        newest_day as as_of,
        weeks as n,
        'geometric mean of ' || weeks || ' whole weeks, old and new titles of the article together' as note
    from widen_means
    union all
    select
        'dependent_repositories',
        framework,
        dependent_repositories,
        null,
        null,
        counted_on,
        dependent_repositories,
        'repositories the service knows that declare ' || package || ': complete count, no sampling error'
        || case when packages > 1 then '; of its packages the one with the most, so it is at least that' else '' end
    from pick_day
    where dependent_repositories is not null
    union all
    select
        'dependent_packages',
        framework,
        dependent_packages,
        null,
        null,
        counted_on,
        dependent_packages,
        'packages the service knows that declare ' || package || ': complete count, no sampling error'
        || case when packages > 1 then '; of its packages the one with the most, so it is at least that' else '' end
    from pick_day
    where dependent_packages is not null
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(as_of as date) as as_of,
    n, -- weeks, repositories or packages
    cast(null as varchar) as spread, -- null: the metric's own
    note
from stack_figures
