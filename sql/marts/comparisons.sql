-- Ratios between two frameworks for every figure on a ratio scale, with intervals.
-- The interval combines both figures' on the logarithmic scale (Zou & Donner 2008, the MOVER method), taking them as
-- independent.
-- grain: metric, framework, rival
-- audit: not_null(evidence_id, metric, framework, rival, ratio), ratio > 0, low <= ratio, ratio <= high
-- audit: framework <> rival
-- warning: figures of a source that broke are left out; of more than 30 frameworks only a measure's 30 best are paired
-- warning: only pairs whose days lie at most 92 days apart; figures from one sample are not quite independent
with
pick_ratio_scale as (
    select figures.*
    from marts.evidence as figures
    inner join catalog.frameworks as frameworks on frameworks.framework = figures.framework
    where figures.value > 0 and figures.unit not in ('year', 'yes/no') and not figures.is_withheld
    qualify rank() over (
        partition by figures.metric
        order by case when figures.better = 'lower' then figures.value else -figures.value end
    ) <= 30
),
pair_frameworks as (
    select
        mine.metric,
        mine.framework,
        theirs.framework as rival,
        mine.value / theirs.value as ratio,
        coalesce(mine.low, mine.value) as my_low,
        mine.value as my_value,
        coalesce(mine.high, mine.value) as my_high,
        coalesce(theirs.low, theirs.value) as their_low,
        theirs.value as their_value,
        coalesce(theirs.high, theirs.value) as their_high,
        mine.low is not null or theirs.low is not null as has_interval,
        mine.spread = 'bounds' or theirs.spread = 'bounds' as is_bounded,
        least(mine.as_of, theirs.as_of) as as_of,
        mine.is_stale or theirs.is_stale as is_stale
    from pick_ratio_scale as mine
    inner join pick_ratio_scale as theirs on theirs.metric = mine.metric and theirs.framework <> mine.framework
    where abs(date_diff('day', mine.as_of, theirs.as_of)) <= 92
),
combine_intervals as (
    select
        *,
        case
            when not has_interval then null
            when is_bounded then my_low / nullif(their_high, 0)
            when my_low <= 0 then 0
            else ratio * exp(-sqrt(power(ln(my_value / my_low), 2) + power(ln(their_high / their_value), 2)))
        end as low,
        case
            when not has_interval or their_low <= 0 then null
            when is_bounded then my_high / their_low
            else ratio * exp(sqrt(power(ln(my_high / my_value), 2) + power(ln(their_value / their_low), 2)))
        end as high
    from pair_frameworks
)
select
    metric || '.' || framework || '/' || rival as evidence_id, -- metric.framework/rival
    metric, -- key of the metric
    framework, -- key of the framework above the line
    rival, -- key of the framework below the line
    ratio, -- the framework's figure divided by the rival's
    low, -- lower end of the 90 % interval; null where neither figure has one
    high, -- upper end of the 90 % interval; null too where the rival's own interval reaches zero
    is_bounded, -- true where one of the figures is known only between bounds: low and high are then bounds of the ratio
    as_of, -- the older day of the two
    is_stale -- true where one of the figures is too old to count
from combine_intervals
