-- Every contrast follows from the blocks that count: the mean over forks of the median over rounds of log(measured /
-- against). The control takes the twin; the best of several is measured on all forks but the first.
with
find_groups as (
    select run, group_id, short_run, setting from core.benchmark_groups where purpose = 'cells'
),
number_forks as (
    select run, fork, min(number) as number from staging.bench_forks group by run, fork
),
average_rounds as (
    select
        pairs.run,
        pairs.setting,
        pairs.phase,
        pairs.measured,
        pairs.against,
        measured.fork,
        median(ln(measured.seconds_per_step) - ln(against.seconds_per_step)) as log_ratio
    from marts.benchmark_contrasts as pairs
    inner join find_groups as groups on groups.short_run = pairs.run and groups.setting = pairs.setting
    inner join core.benchmark_blocks as measured
        on measured.run = groups.run
        and measured.group_id = groups.group_id
        and measured.phase = pairs.phase
        and measured.stack = coalesce(pairs.chosen, pairs.measured)
        and measured.twin = (pairs.kind = 'A/A')
    inner join core.benchmark_blocks as against
        on against.run = measured.run
        and against.group_id = measured.group_id
        and against.phase = measured.phase
        and against.fork = measured.fork
        and against.round = measured.round
        and against.stack = pairs.against
        and not against.twin
    left join number_forks as forks on forks.run = measured.run and forks.fork = measured.fork
    where pairs.chosen is null or coalesce(forks.number, 0) <> 0
    group by pairs.run, pairs.setting, pairs.phase, pairs.measured, pairs.against, measured.fork
),
average_forks as (
    select run, setting, phase, measured, against, exp(avg(log_ratio)) as ratio
    from average_rounds
    group by run, setting, phase, measured, against
)
select pairs.run, pairs.setting, pairs.phase, pairs.measured, pairs.against, pairs.ratio, again.ratio as ratio_again
from marts.benchmark_contrasts as pairs
left join average_forks as again
    on again.run = pairs.run
    and again.setting = pairs.setting
    and again.phase = pairs.phase
    and again.measured = pairs.measured
    and again.against = pairs.against
where again.ratio is null or abs(again.ratio / pairs.ratio - 1) > 1e-9
