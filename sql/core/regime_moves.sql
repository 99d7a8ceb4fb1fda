-- How far all series of a source move at once: against their own recent level, against how they usually move, and
-- against sibling sources.
-- Robust throughout, so that neither one package's release nor one odd day moves a figure:
-- * level: the median of the same series at its last eight like periods, eight of the same weekday for daily series, of
--   which four must be there. A level under 10 is left out: counts that small double and halve by chance (Poisson).
-- * move: ln(value / level), and of all series of the source the median: what they have in common.
-- * usual: the median move of the 16 weeks before (26 for weekly, 18 months for monthly series), of which half must be
--   there, so that steady growth is no break. A break enters the level within five like periods, less than half of that
--   history: it can never become the usual and then call the recovery or itself a second break.
-- * noise: 1.4826 x the median absolute deviation from the usual (Hampel 1974, JASA 69), at least 0.05.
-- * siblings: the median deviation of the other sources of the same rhythm in the same period. What they share, like
--   Christmas, is taken off; what they do not share is never added.
-- grain: dataset, source, population, n
-- audit: not_null(dataset, source, population, n, period, deviation, net, noise), entities >= 1, noise > 0
-- warning: a period before enough history has no row: a young series is not watched yet
with
list_steps as (
    select * from (values (1), (2), (3), (4), (5), (6), (7), (8)) as steps (k)
),
list_histories as (
    select *
    from (values ('day', 7, 112, 56), ('week', 1, 26, 13), ('month', 1, 18, 9)) as histories (
        cadence, step, history, history_needed
    )
),
shift_series as (
    -- each value, moved on to the periods whose level it is a part of
    select
        series.dataset,
        series.source,
        series.population,
        series.entity,
        series.era,
        series.n + steps.k * histories.step as n,
        series.value
    from core.regime_series as series
    inner join list_histories as histories on histories.cadence = series.cadence
    cross join list_steps as steps
),
find_levels as (
    select dataset, source, population, entity, era, n, median(value) as level
    from shift_series
    group by dataset, source, population, entity, era, n
    having count(*) >= 4 and median(value) >= 10
),
measure_moves as (
    select
        series.dataset,
        series.source,
        series.population,
        series.cadence,
        series.n,
        min(series.period) as period,
        count(*) as entities,
        median(ln(greatest(series.value, 0.5) / levels.level)) as common_move
    from core.regime_series as series
    inner join find_levels as levels
        on levels.dataset = series.dataset
        and levels.source = series.source
        and levels.population = series.population
        and levels.entity = series.entity
        and levels.era = series.era
        and levels.n = series.n
    group by series.dataset, series.source, series.population, series.cadence, series.n
),
find_usual as (
    select
        now.dataset,
        now.source,
        now.population,
        now.cadence,
        now.n,
        min(now.period) as period,
        min(now.entities) as entities,
        min(now.common_move) as common_move,
        min(histories.history) as history,
        median(past.common_move) as usual
    from measure_moves as now
    inner join list_histories as histories on histories.cadence = now.cadence
    inner join measure_moves as past
        on past.dataset = now.dataset
        and past.source = now.source
        and past.population = now.population
        and past.n between now.n - histories.history and now.n - 1
    group by now.dataset, now.source, now.population, now.cadence, now.n
    having count(*) >= min(histories.history_needed)
),
measure_noise as (
    select
        now.dataset,
        now.source,
        now.population,
        now.n,
        greatest(1.4826 * median(abs(past.common_move - now.usual)), 0.05) as noise
    from find_usual as now
    inner join measure_moves as past
        on past.dataset = now.dataset
        and past.source = now.source
        and past.population = now.population
        and past.n between now.n - now.history and now.n - 1
    group by now.dataset, now.source, now.population, now.n
),
measure_deviations as (
    select moves.*, moves.common_move - moves.usual as deviation, noises.noise
    from find_usual as moves
    inner join measure_noise as noises
        on noises.dataset = moves.dataset
        and noises.source = moves.source
        and noises.population = moves.population
        and noises.n = moves.n
),
compare_siblings as (
    select
        mine.dataset,
        mine.source,
        mine.population,
        mine.n,
        median(theirs.deviation) as siblings_deviation,
        count(*) as siblings
    from measure_deviations as mine
    inner join measure_deviations as theirs
        on theirs.cadence = mine.cadence
        and theirs.n = mine.n
        and (theirs.dataset <> mine.dataset or theirs.source <> mine.source or theirs.population <> mine.population)
    group by mine.dataset, mine.source, mine.population, mine.n
)
select
    moves.dataset,
    moves.source,
    moves.population,
    moves.cadence,
    moves.n,
    moves.period,
    moves.entities, -- series behind it
    moves.usual, -- usual move: what steady growth makes of it
    moves.deviation, -- move beyond the usual, in natural logarithms
    moves.noise,
    siblings.siblings, -- sources compared with; null without any
    siblings.siblings_deviation,
    case
        when moves.deviation < 0 then least(moves.deviation - least(coalesce(siblings.siblings_deviation, 0), 0), 0)
        else greatest(moves.deviation - greatest(coalesce(siblings.siblings_deviation, 0), 0), 0)
    end as net -- deviation less what the siblings share of it
from measure_deviations as moves
left join compare_siblings as siblings
    on siblings.dataset = moves.dataset
    and siblings.source = moves.source
    and siblings.population = moves.population
    and siblings.n = moves.n
