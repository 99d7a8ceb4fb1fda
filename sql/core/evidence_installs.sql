-- Figures of evidence from the counts of downloads that leave mirrors out: by day, and by a person's installer.
-- By day: the last eight blocks of seven days, each a whole week whatever weekday it begins on. By installer: the last
-- six complete months. Both: mean of logarithms with Student's t (Student 1908), 90 %: the geometric mean, a typical
-- block.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value > 0, low <= value, value <= high
-- warning: growth within the window widens the interval; blocks follow each other, which the formula does not know
with
cut_days as (
    select *, max(day) over (partition by framework) as newest_day
    from core.downloads_day
    where not is_partial and downloads > 0
),
number_blocks as (
    select *, cast(floor(date_diff('day', day, newest_day) / 7.0) as integer) as block
    from cut_days
),
sum_blocks as (
    select framework, newest_day as newest, block, avg(downloads) as per_day
    from number_blocks
    where block < 8
    group by framework, newest_day, block
    having count(*) = 7
),
cut_months as (
    select *, max(month) over (partition by framework) as newest_month
    from core.downloads_installer_month
    where installer_class = 'person' and not is_partial and downloads > 0
),
stack_blocks as (
    select 'downloads_recent_per_day' as metric, framework, newest, per_day, 6 as blocks_needed
    from sum_blocks
    union all
    select 'downloads_installer_per_day', framework, last_day(newest_month), downloads_per_day, 4
    from cut_months
    where date_diff('month', month, newest_month) < 6
),
average_logs as (
    select
        metric,
        framework,
        newest,
        count(*) as blocks,
        avg(ln(per_day)) as log_mean,
        stddev_samp(ln(per_day)) as log_spread
    from stack_blocks
    group by metric, framework, newest
    having count(*) >= max(blocks_needed)
),
widen_means as (
    select averages.*, quantiles.t * averages.log_spread / sqrt(averages.blocks) as reach
    from average_logs as averages
    inner join core.t_quantiles as quantiles on quantiles.df = averages.blocks - 1
)
select
    metric,
    framework,
    exp(log_mean) as value,
    exp(log_mean - reach) as low,
    exp(log_mean + reach) as high,
    cast(newest as date) as as_of,
    blocks as n, -- weeks, or months
    cast(null as varchar) as spread, -- null: the metric's own
    case metric
        when 'downloads_recent_per_day' then
            'geometric mean of ' || blocks || ' whole weeks without mirrors; automatic installs are in'
        else 'geometric mean of ' || blocks || ' whole months through installers that persons use, mirrors left out; '
            || 'automatic builds use the same installers'
    end as note
from widen_means
