-- The periods that each figure of search interest rests on: worldwide, complete, of one scale and one step.
-- The mean of the last 52 weeks needs 40 of them; that of 2020 needs 40 weeks, or else 10 months.
-- grain: metric, framework, period
-- audit: not_null(metric, framework, period, span, interest), interest >= 0
-- warning: one framework alone has no figure: an index says nothing without another beside it
with
pick_worldwide as (
    select *, max(period) over (partition by span) as newest_period
    from core.search_interest_period
    where geo = '' and not is_partial
),
cut_windows as (
    select 'search_interest' as metric, *
    from pick_worldwide
    where span = 'week' and date_diff('day', period, newest_period) < 52 * 7
    union all
    select 'search_interest_2020' as metric, *
    from pick_worldwide
    where extract(year from period) = 2020
),
keep_long as (
    select *
    from cut_windows
    qualify count(*) over (partition by metric, span, kind, scale, framework)
        >= case span when 'week' then 40 else 10 end
),
count_frameworks as (
    select metric, span, kind, scale, count(distinct framework) as frameworks, max(period) as newest_period
    from keep_long
    group by metric, span, kind, scale
    having count(distinct framework) >= 2
),
pick_scale as (
    select *
    from count_frameworks
    qualify row_number() over (
        partition by metric
        order by
            frameworks desc,
            case span when 'week' then 1 else 2 end,
            case kind when 'topic' then 1 when 'official' then 2 else 3 end,
            newest_period desc,
            scale
    ) = 1
)
select
    windows.metric,
    windows.framework,
    windows.span, -- week or month
    windows.period, -- its first day
    windows.interest,
    windows.rounding,
    windows.scale_low,
    windows.scale_high,
    windows.pulls,
    windows.kind, -- topic, term or official
    windows.source
from keep_long as windows
inner join pick_scale as picked
    on picked.metric = windows.metric and picked.span = windows.span and picked.kind = windows.kind
        and picked.scale = windows.scale
