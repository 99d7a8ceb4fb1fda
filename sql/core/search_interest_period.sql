-- Relative search interest of a framework by week and by month: the median of all pulls on one scale, and their spread.
-- A period has figures of one scale alone: of the topics where they cover as many frameworks as the terms do, and of
-- weeks before days.
-- grain: framework, geo, span, period
-- audit: not_null(framework, geo, span, period, interest, pulls), interest >= 0, low <= interest, interest <= high
-- warning: an index within its scale, not a count; figures of two scales never compare
with
scale_readings as (
    select
        readings.pull,
        readings.framework,
        readings.kind,
        readings.geo,
        readings.granularity,
        readings.period,
        readings.is_partial,
        scales.scale,
        readings.interest * scales.ratio as scaled,
        readings.low * scales.low as scaled_low,
        readings.high * scales.high as scaled_high,
        (readings.high - readings.interest) * scales.ratio as rounding,
        scales.low / scales.ratio as scale_low,
        scales.high / scales.ratio as scale_high,
        case when readings.granularity = 'month' then 'month' else 'week' end as span
    from core.search_readings_period as readings
    inner join core.search_scales_pull as scales
        on scales.pull = readings.pull and scales.kind = readings.kind and scales.geo = readings.geo
            and scales.granularity = readings.granularity
),
list_pulls as (
    select pull, min(label) as label, min(source) as source, max(fetched_at) as fetched_at
    from core.search_payload
    group by pull
),
describe_scales as (
    select
        kind,
        geo,
        granularity,
        scale,
        span,
        count(distinct framework) as frameworks,
        -- official figures are shares of all searches: their highest becomes 100
        case when kind = 'official' then 100.0 / nullif(max(scaled), 0) else 1.0 end as factor
    from scale_readings
    group by kind, geo, granularity, scale, span
),
order_scales as (
    select
        scales.*,
        pulls.label,
        pulls.source,
        row_number() over (
            partition by scales.geo, scales.span
            order by
                scales.frameworks desc,
                case scales.kind when 'topic' then 1 when 'official' then 2 else 3 end,
                case scales.granularity when 'day' then 2 else 1 end,
                pulls.fetched_at desc,
                scales.scale
        ) as preference
    from describe_scales as scales
    inner join list_pulls as pulls on pulls.pull = scales.scale
    where scales.factor is not null
),
summarise_scales as (
    select
        readings.framework,
        readings.geo,
        readings.span,
        readings.period,
        scales.preference,
        bool_and(readings.is_partial) as is_partial,
        -- a period that was read when it was over is not read when it ran
        coalesce(
            median(case when not readings.is_partial then readings.scaled * scales.factor end),
            median(readings.scaled * scales.factor)
        ) as interest,
        coalesce(
            min(case when not readings.is_partial then readings.scaled_low * scales.factor end),
            min(readings.scaled_low * scales.factor)
        ) as low,
        coalesce(
            max(case when not readings.is_partial then readings.scaled_high * scales.factor end),
            max(readings.scaled_high * scales.factor)
        ) as high,
        coalesce(
            nullif(count(distinct case when not readings.is_partial then readings.pull end), 0),
            count(distinct readings.pull)
        ) as pulls,
        median(readings.rounding * scales.factor) as rounding,
        max(readings.scale_low) as scale_low,
        min(readings.scale_high) as scale_high
    from scale_readings as readings
    inner join order_scales as scales
        on scales.kind = readings.kind and scales.geo = readings.geo and scales.granularity = readings.granularity
            and scales.scale = readings.scale and scales.span = readings.span
    group by readings.framework, readings.geo, readings.span, readings.period, scales.preference
),
pick_scale as (
    select *
    from summarise_scales
    qualify dense_rank() over (partition by geo, span, period order by preference) = 1
)
select
    picked.framework,
    picked.geo, -- empty is worldwide
    picked.span, -- week or month
    picked.period, -- its first day: a Monday, or the first of a month
    picked.interest,
    picked.low, -- the lowest pull less its rounding
    picked.high, -- the highest pull and its rounding
    picked.pulls,
    picked.rounding, -- half a point of the pull, on this scale
    picked.scale_low, -- by how much the series may be lower, as a ratio, by its best pull: 1 if not scaled
    picked.scale_high, -- and higher
    picked.is_partial,
    scales.kind, -- topic, term or official
    scales.granularity, -- of what was read
    scales.label as scale, -- the pull that all are measured by
    scales.source -- where that pull was read
from pick_scale as picked
inner join order_scales as scales
    on scales.geo = picked.geo and scales.span = picked.span and scales.preference = picked.preference
