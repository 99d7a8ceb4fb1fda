-- Breaks in what a source captures: all its series together collapse or jump against their own history and against
-- sibling sources.
-- A period is odd when its net deviation (core.regime_moves) exceeds both ln 2 and six times the noise: less than a
-- factor of two may be news or a holiday (Christmas takes 35 to 45 % off a day's downloads), and at six robust
-- deviations chance alone is out. Two odd periods in a row in the same direction are a break: a day that was read too
-- early or lost is one period. So a drop of capture from 95 % to 20 %, ln 0.21 = -1.56, is found at the second daily
-- pull. A break holds while its newest period is odd, and then while the level of the newest periods (7 days, 3 weeks,
-- 2 months) lies beyond half of its shift, for a year at most: by then all figures lie within the new level,
-- and only the catalogue's [[breaks]] can tell what it is. A break that the catalogue declares begins a new era and is
-- none here.
-- grain: dataset, source, population, since
-- audit: not_null(dataset, source, population, since, direction, shift, found_after, is_active), found_after = 2
-- warning: gradual change is no break, however large; a source without enough history is not watched yet
with
flag_odd as (
    select
        *,
        case
            when abs(net) <= greatest(0.693147, 6 * noise) then 'none'
            when net < 0 then 'collapse'
            else 'jump'
        end as direction
    from core.regime_moves
),
mark_starts as (
    select
        *,
        case
            when direction = lag(direction) over (partition by dataset, source, population order by n) then 0
            else 1
        end as is_start
    from flag_odd
),
number_runs as (
    select
        *,
        sum(is_start) over (partition by dataset, source, population order by n rows unbounded preceding) as run
    from mark_starts
),
confirm_runs as (
    select *
    from number_runs
    where direction <> 'none'
    qualify count(*) over (partition by dataset, source, population, run) >= 2
),
join_runs as (
    -- a week (two periods) that is not quite odd does not make one break two
    select
        *,
        case
            when direction = lag(direction) over (partition by dataset, source, population order by n)
                and n - lag(n) over (partition by dataset, source, population order by n)
                <= case cadence when 'day' then 8 else 3 end then 0
            else 1
        end as is_new
    from confirm_runs
),
number_joined as (
    select
        *,
        sum(is_new) over (partition by dataset, source, population order by n rows unbounded preceding) as joined
    from join_runs
),
find_newest as (
    select dataset, source, population, max(n) as newest_n
    from core.regime_moves
    group by dataset, source, population
),
pick_runs as (
    select
        odd.dataset,
        odd.source,
        odd.population,
        odd.cadence,
        odd.joined as run,
        min(odd.direction) as direction,
        min(odd.n) as since_n,
        min(odd.period) as since,
        count(*) as periods,
        median(odd.deviation) as shift,
        median(odd.siblings_deviation) as siblings_shift,
        median(odd.usual) as usual,
        min(odd.entities) as entities,
        max(odd.n) = min(newest.newest_n) as is_going_on
    from number_joined as odd
    inner join find_newest as newest
        on newest.dataset = odd.dataset and newest.source = odd.source and newest.population = odd.population
    group by odd.dataset, odd.source, odd.population, odd.cadence, odd.joined
),
find_ends as (
    select dataset, source, population, entity, max(n) as newest_n, max(era) as newest_era
    from core.regime_series
    group by dataset, source, population, entity
),
measure_newest as (
    -- none of the periods before the break, also where it is younger than the periods looked at
    select
        runs.dataset,
        runs.source,
        runs.population,
        runs.run,
        series.entity,
        median(series.value) as level
    from pick_runs as runs
    inner join core.regime_series as series
        on series.dataset = runs.dataset
        and series.source = runs.source
        and series.population = runs.population
        and series.n >= runs.since_n
    inner join find_ends as ends
        on ends.dataset = series.dataset
        and ends.source = series.source
        and ends.population = series.population
        and ends.entity = series.entity
    where series.n > ends.newest_n - case runs.cadence when 'day' then 7 when 'week' then 3 else 2 end
    group by runs.dataset, runs.source, runs.population, runs.run, series.entity
),
measure_before as (
    -- the level before the break: the last eight like periods, as in core.regime_moves
    select
        runs.dataset,
        runs.source,
        runs.population,
        runs.run,
        series.entity,
        max(series.era) as era,
        median(series.value) as level
    from pick_runs as runs
    inner join core.regime_series as series
        on series.dataset = runs.dataset
        and series.source = runs.source
        and series.population = runs.population
        and series.n < runs.since_n
        and series.n >= runs.since_n - case runs.cadence when 'day' then 56 else 8 end
    group by runs.dataset, runs.source, runs.population, runs.run, series.entity
    having median(series.value) >= 10
),
measure_now as (
    select
        before.dataset,
        before.source,
        before.population,
        before.run,
        max(ends.newest_n) as newest_n,
        median(ln(greatest(newest.level, 0.5) / before.level)) as shift_now,
        bool_and(ends.newest_era = before.era) as is_same_era
    from measure_before as before
    inner join measure_newest as newest
        on newest.dataset = before.dataset
        and newest.source = before.source
        and newest.population = before.population
        and newest.run = before.run
        and newest.entity = before.entity
    inner join find_ends as ends
        on ends.dataset = before.dataset
        and ends.source = before.source
        and ends.population = before.population
        and ends.entity = before.entity
    group by before.dataset, before.source, before.population, before.run
)
select
    runs.dataset,
    runs.source,
    runs.population,
    runs.since, -- first day of the first odd period
    runs.cadence, -- day, week or month
    runs.direction, -- collapse or jump
    runs.shift, -- median deviation of the odd periods, natural logarithm: exp(shift) is the factor
    runs.siblings_shift, -- what sibling sources did meanwhile; null without any
    runs.periods, -- odd periods in a row
    2 as found_after, -- periods until it was sure
    runs.entities, -- series behind it, at least
    now.shift_now, -- level of the newest periods against the level before
    runs.is_going_on or coalesce(
        now.is_same_era
        and now.newest_n - runs.since_n < case runs.cadence when 'day' then 365 when 'week' then 52 else 12 end
        and case
            when runs.direction = 'collapse' then now.shift_now - runs.usual < runs.shift / 2
            else now.shift_now - runs.usual > runs.shift / 2
        end,
        false
    ) as is_active
from pick_runs as runs
left join measure_now as now
    on now.dataset = runs.dataset
    and now.source = runs.source
    and now.population = runs.population
    and now.run = runs.run
