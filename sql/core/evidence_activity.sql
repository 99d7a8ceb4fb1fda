-- Figures of evidence from the commits: people a month, and the year of the first commit.
-- Mean of logarithms over the last twelve complete months with Student's t (Student 1908): the geometric mean, a
-- typical month.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value > 0, low <= value, value <= high
-- warning: a framework whose history was not read has no row
with
pick_complete_months as (
    select *, max(month) over (partition by framework) as newest_month
    from core.activity_month
    where not is_partial
),
average_logs as (
    select
        framework,
        newest_month,
        count(*) as months,
        avg(ln(greatest(authors, 0.5))) as log_mean,
        stddev_samp(ln(greatest(authors, 0.5))) as log_spread
    from pick_complete_months
    where date_diff('month', month, newest_month) < 12
    group by framework, newest_month
    having count(*) >= 10
),
widen_means as (
    select averages.*, quantiles.t * averages.log_spread / sqrt(averages.months) as reach
    from average_logs as averages
    inner join core.t_quantiles as quantiles on quantiles.df = averages.months - 1
),
find_first_commit as (
    select framework, min(month) as first_month, max(month) as newest_month, sum(commits) as commits
    from core.activity_month
    group by framework
),
stack_figures as (
    select
        'authors_per_month' as metric,
        framework,
        exp(log_mean) as value,
        exp(log_mean - reach) as low,
        exp(log_mean + reach) as high,
        newest_month,
        months as n,
        'geometric mean of ' || months || ' complete months; people are told apart by e-mail address' as note
    from widen_means
    union all
    select 'first_commit_year', framework, extract(year from first_month), null, null, newest_month, commits,
        'a date read from the history, not an estimate: no sampling error'
    from find_first_commit
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    last_day(newest_month) as as_of,
    n, -- months, or commits
    cast(null as varchar) as spread, -- null: the metric's own
    note
from stack_figures
