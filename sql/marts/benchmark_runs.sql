-- Runs of the timing runner: where, when, how they ended, how much of them counts.
-- grain: run
-- audit: not_null(run, run_id, started_on, tier, device, machine, host_id, origin, ending, cells_ok, cells_not_ok)
-- audit: not_null(main_precision, is_newest, is_chosen), ending in ('complete', 'budget', 'interrupted', 'failed', 'killed')
-- warning: runs of different machines stand side by side; nothing is averaged over them
with
count_cells as (
    select
        run,
        sum(case when status = 'ok' then 1 else 0 end) as cells_ok,
        sum(case when status = 'ok' then 0 else 1 end) as cells_not_ok
    from marts.benchmark_cells
    group by run
),
count_gates as (
    select
        run,
        sum(case when passed then 1 else 0 end) as gates_passed,
        sum(case when passed then 0 else 1 end) as gates_failed
    from marts.benchmark_parity
    group by run
),
count_forks as (
    select run, count(distinct fork) as forks from staging.bench_forks group by run
),
count_blocks as (
    select run, count(*) as blocks from core.benchmark_blocks group by run
),
count_rounds as (
    select
        run,
        sum(case when kept then 1 else 0 end) as rounds_kept,
        sum(case when kept then 0 else 1 end) as rounds_dropped
    from staging.bench_rounds
    group by run
),
count_units as (
    select run, count(*) as units_done from staging.bench_units group by run
),
compare_forks as (
    select run, max(pace) / min(pace) as pace_spread
    from core.benchmark_pace
    group by run, group_id
    having count(*) > 1
),
compare_workloads as (
    select run, max(pace_spread) as pace_spread from compare_forks group by run
)
select
    runs.short_run as run, -- the first eight digits of the run's id
    runs.run as run_id, -- the run's id
    runs.started_at, -- when it began, UTC
    runs.started_on, -- the day it began
    runs.tier, -- how much was asked for: smoke, standard or full
    runs.device, -- cpu or cuda
    runs.machine, -- the machine in words
    runs.cpu, -- model of the processor
    cast(runs.cores as bigint) as cores, -- cores it could use
    cast(runs.cores_online as bigint) as cores_online, -- cores there are
    runs.memory_bytes, -- memory of the machine
    runs.gpu, -- model of the GPU; null without one
    runs.gpu_memory_bytes, -- its memory
    runs.gpu_driver, -- version of its driver
    runs.system, -- operating system, kernel and architecture
    runs.is_virtual, -- true on a virtual machine
    runs.host_id, -- hash of all that is known of the machine
    runs.origin, -- bundled, or the reader's own
    runs.ending, -- how it ended: complete, budget, interrupted, failed (by the runner's own error), or killed
    runs.sessions, -- how often it was started: once, and once for each time it was resumed
    runs.elapsed_s, -- seconds it ran, all sessions together
    runs.units_planned, -- forks of groups that were planned
    coalesce(units.units_done, 0) as units_done, -- forks of groups that came to their end; more than planned where time was left
    cast(coalesce(cells.cells_ok, 0) as bigint) as cells_ok, -- cells with a figure
    cast(coalesce(cells.cells_not_ok, 0) as bigint) as cells_not_ok, -- cells without one
    coalesce(forks.forks, 0) as forks, -- fresh starts of a group's workers
    coalesce(blocks.blocks, 0) as blocks, -- timed blocks that count
    cast(coalesce(rounds.rounds_kept, 0) as bigint) as rounds_kept, -- rounds that count
    cast(coalesce(rounds.rounds_dropped, 0) as bigint) as rounds_dropped, -- rounds that the rule voided
    workloads.pace_spread, -- time of the slowest fork over the quickest, all stacks together, of the workload where they differ most
    cast(coalesce(gates.gates_passed, 0) as bigint) as gates_passed, -- gates that held
    cast(coalesce(gates.gates_failed, 0) as bigint) as gates_failed, -- gates that did not
    runs.frameworks, -- frameworks with a figure in the matched division
    runs.main_precision, -- the precision that evidence rests on: tf32 where it was timed, else fp32
    runs.foreign_limit, -- a larger share of foreign work in a block, or in all blocks of a round, voids the round
    runs.steal_limit, -- the same of time that the host took away
    runs.throttled_limit, -- the same of time in which the processor was throttled
    runs.pressure_limit, -- the same of waiting for a core, where foreign work cannot be told
    runs.seed, -- seed of weights, batches and orders
    runs.code, -- hash of the runner's files
    runs.is_newest, -- the newest of its machine, device and origin
    runs.is_chosen -- whether marts.evidence rests on it: one run on processors and one on GPUs
from core.benchmark_runs as runs
left join count_cells as cells on cells.run = runs.short_run
left join count_gates as gates on gates.run = runs.short_run
left join count_forks as forks on forks.run = runs.run
left join count_blocks as blocks on blocks.run = runs.run
left join count_rounds as rounds on rounds.run = runs.run
left join count_units as units on units.run = runs.run
left join compare_workloads as workloads on workloads.run = runs.run
