-- Figures of the chosen runs by fork, as natural logarithms: what every metric of the timing runner is made from.
-- Metrics of the run on a GPU end in _gpu: no metric mixes a processor's figures with a GPU's.
-- A framework is timed in its documented ways alone: the one that ships, and the compiled one beside it. Speeds are
-- samples a second of the matched division in the run's main precision, on one pinned core or on the GPU. A data set's
-- speed is that of reading it through the framework's own loader, in its shipped way. A speed-up is eager over compiled
-- time of the same stack within the same rounds; the recurrent one is its inverse on recurrent and ragged input.
-- grain: metric, stack, workload, phase, group_id, fork
-- audit: not_null(metric, framework, stack, workload, phase, group_id, fork, log_value, run)
-- warning: a fork's figure is the median of its rounds; forks, not rounds, are what is independent
with
pick_ways as (
    select
        groups.*,
        runs.main_precision,
        stacks.stack,
        stacks.framework,
        stacks.environment,
        stacks.mode
    from core.benchmark_groups as groups
    inner join core.benchmark_runs as runs on runs.run = groups.run
    inner join core.benchmark_stacks as stacks on stacks.run = groups.run
    where groups.is_chosen and (stacks.is_shipped or stacks.is_compiled)
),
pick_cells as (
    select ways.*, cells.phase
    from pick_ways as ways
    inner join staging.bench_summary_cells as cells
        on cells.run = ways.run and cells.group_id = ways.group_id and cells.stack = ways.stack
    where ways.purpose = 'cells'
        and ways.division = 'matched'
        and ways.precision = ways.main_precision
        and ways.track in ('pinned', 'gpu')
        and cells.status = 'ok'
),
time_cells as (
    select
        cells.run,
        cells.framework,
        cells.stack,
        cells.workload,
        cells.phase,
        cells.group_id,
        blocks.fork,
        ln(cells.batch) - median(ln(blocks.seconds_per_step)) as log_value
    from pick_cells as cells
    inner join core.benchmark_blocks as blocks
        on blocks.run = cells.run
        and blocks.group_id = cells.group_id
        and blocks.stack = cells.stack
        and blocks.phase = cells.phase
    where not blocks.twin
    group by
        cells.run, cells.framework, cells.stack, cells.workload, cells.phase, cells.group_id, cells.batch, blocks.fork
),
measure_memory as (
    select
        cells.run,
        cells.framework,
        cells.stack,
        cells.workload,
        cells.phase,
        cells.group_id,
        forks.fork,
        ln(forks.peak_bytes) as log_value
    from pick_cells as cells
    inner join staging.bench_forks as forks
        on forks.run = cells.run and forks.group_id = cells.group_id and forks.stack = cells.stack
    where cells.phase = 'train'
        and not forks.twin
        and forks.peak_bytes > 0
        -- A GPU's first fork holds what choosing kernels took; in runs until 27 November 2026 the ceiling's matrices too.
        and (forks.number > 0 or cells.device <> 'cuda')
),
pick_sizes as (
    select run, workload, min(value) as smallest, max(value) as largest
    from pick_ways
    where purpose = 'data'
    group by run, workload
    having min(value) < max(value)
),
time_loading as (
    select
        case when ways.value = sizes.smallest then 'small_data_speed' else 'large_data_speed' end as metric,
        ways.run,
        ways.framework,
        ways.stack,
        ways.workload,
        sweeps.phase,
        ways.group_id,
        blocks.fork,
        ln(ways.batch) - median(ln(blocks.seconds_per_step)) as log_value
    from pick_ways as ways
    inner join pick_sizes as sizes
        on sizes.run = ways.run
        and sizes.workload = ways.workload
        and (ways.value = sizes.smallest or ways.value = sizes.largest)
    inner join staging.bench_summary_scaling as sweeps
        on sweeps.run = ways.run and sweeps.group_id = ways.group_id and sweeps.stack = ways.stack
    inner join core.benchmark_blocks as blocks
        on blocks.run = ways.run
        and blocks.group_id = ways.group_id
        and blocks.stack = ways.stack
        and blocks.phase = sweeps.phase
    where ways.purpose = 'data' and sweeps.status = 'ok'
    group by
        ways.value, sizes.smallest, ways.run, ways.framework, ways.stack, ways.workload, sweeps.phase, ways.group_id,
        ways.batch, blocks.fork
),
pair_rounds as (
    select
        cells.run,
        cells.framework,
        cells.stack,
        cells.workload,
        cells.phase,
        cells.group_id,
        measured.fork,
        median(ln(measured.seconds_per_step) - ln(eager.seconds_per_step)) as log_ratio
    from pick_cells as cells
    inner join staging.bench_summary_contrasts as contrasts
        on contrasts.run = cells.run
        and contrasts.group_id = cells.group_id
        and contrasts.phase = cells.phase
        and contrasts.measured = cells.stack
    inner join core.benchmark_stacks as others
        on others.run = contrasts.run and others.stack = contrasts.against and others.environment = cells.environment
    inner join core.benchmark_blocks as measured
        on measured.run = cells.run
        and measured.group_id = cells.group_id
        and measured.phase = cells.phase
        and measured.stack = cells.stack
    inner join core.benchmark_blocks as eager
        on eager.run = measured.run
        and eager.group_id = measured.group_id
        and eager.phase = measured.phase
        and eager.fork = measured.fork
        and eager.round = measured.round
        and eager.stack = others.stack
    where contrasts.kind = 'contrast'
        and cells.mode <> 'eager'
        and others.mode = 'eager'
        and not measured.twin
        and not eager.twin
    group by
        cells.run, cells.framework, cells.stack, cells.workload, cells.phase, cells.group_id, measured.fork
),
stack_metrics as (
    select
        case phase when 'train' then 'train_speed' else 'inference_speed' end as metric,
        run, framework, stack, workload, phase, group_id, fork, log_value
    from time_cells
    union all
    select 'vision_train_speed', run, framework, stack, workload, phase, group_id, fork, log_value
    from time_cells
    where phase = 'train' and workload in ('cnn', 'resnet', 'unet')
    union all
    select 'peak_memory', run, framework, stack, workload, phase, group_id, fork, log_value
    from measure_memory
    union all
    select metric, run, framework, stack, workload, phase, group_id, fork, log_value
    from time_loading
    union all
    select 'compiled_speedup', run, framework, stack, workload, phase, group_id, fork, -log_ratio
    from pair_rounds
    union all
    select 'recurrent_dynamic_speedup', run, framework, stack, workload, phase, group_id, fork, log_ratio
    from pair_rounds
    where workload in ('lstm', 'ragged')
)
select
    figures.metric || case runs.device when 'cuda' then '_gpu' else '' end as metric,
    figures.framework,
    figures.stack,
    figures.workload,
    figures.phase,
    figures.group_id,
    figures.fork,
    figures.log_value, -- natural logarithm, in the metric's unit
    figures.run
from stack_metrics as figures
inner join core.benchmark_runs as runs on runs.run = figures.run
where runs.device <> 'cuda'
    or figures.metric in ('train_speed', 'inference_speed', 'peak_memory', 'compiled_speedup')
