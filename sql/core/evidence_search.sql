-- Figures of evidence from search interest, worldwide: the mean of the last 52 complete weeks, and of 2020.
-- Mean of the periods' figures with Student's t (Student 1908), 90 %. Rounding averages out where the figures vary by
-- more than its half point; what they vary less is added to both ends, so that a year of "<1" lies between 0 and 1.
-- Where a framework was scaled by an anchor, both ends move by what rounding leaves open about its scale (West 2020).
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: an index without a unit; weeks follow each other, so the interval is narrow rather than wide
with
average_periods as (
    select
        metric,
        framework,
        span,
        kind,
        max(period) as newest_period,
        count(*) as periods,
        min(pulls) as fewest_pulls,
        max(pulls) as most_pulls,
        avg(interest) as mean,
        stddev_samp(interest) as deviation,
        greatest(max(rounding) - stddev_samp(interest), 0) as bias,
        min(scale_low) as scale_low,
        max(scale_high) as scale_high
    from core.search_figures_period
    group by metric, framework, span, kind
),
widen_means as (
    select
        averages.*,
        (averages.mean - averages.bias - quantiles.t * averages.deviation / sqrt(averages.periods))
        * averages.scale_low as low,
        (averages.mean + averages.bias + quantiles.t * averages.deviation / sqrt(averages.periods))
        * averages.scale_high as high
    from average_periods as averages
    inner join core.t_quantiles as quantiles on quantiles.df = least(averages.periods - 1, 60)
)
select
    metric,
    framework,
    mean as value,
    greatest(low, 0) as low,
    high,
    cast(case span
        when 'week' then newest_period + interval 6 day
        else last_day(newest_period)
    end as date) as as_of,
    periods as n, -- weeks or months
    case when low <= 0 then 'bounds' end as spread, -- null: the metric's own
    'mean of ' || periods || ' ' || span || 's, '
    || case kind
        when 'topic' then 'topics'
        when 'official' then 'plain terms from the official API'
        else 'plain terms'
    end
    || ', each the median of ' || fewest_pulls
    || case when most_pulls > fewest_pulls then ' to ' || most_pulls else '' end
    || case when most_pulls = 1 then ' pull' else ' pulls' end
    || ', of an index that compares only within one comparison'
    || case when scale_high > 1.0005 then '; brought to its scale by an anchor or by common periods' else '' end as note
from widen_means
