-- Statistics of the cells of a run, by the runner's own function of its records.
-- grain: run, group_id, division, stack, phase
-- audit: not_null(run, group_id, workload, size, phase, device, track, division, precision)
-- audit: not_null(stack, status), low_s <= high_s, step_s > 0
-- warning: intervals are 95 %; a cell that is not ok has no figures
select
    figures.run,
    figures.group_id,
    figures.workload,
    figures.size,
    figures.phase,
    figures.device,
    figures.track,
    figures.division,
    figures.precision,
    figures.stack,
    figures.status,
    figures.reason,
    figures.forks,
    figures.rounds,
    figures.rounds_dropped,
    figures.step_s, -- seconds a step
    figures.low_s,
    figures.high_s,
    figures.method, -- t, bootstrap, or one-fork
    figures.p50_s,
    figures.p95_s,
    figures.samples_per_s,
    figures.cpu_s,
    figures.device_s,
    figures.first_step_cold_s,
    figures.first_step_warm_s,
    figures.import_s,
    figures.build_s,
    figures.peak_bytes,
    figures.memory_method,
    figures.compiles,
    figures.graph_breaks,
    figures.joules_per_step,
    figures.flops_per_s,
    figures.ceiling_fraction,
    figures.batch,
    figures.environment_id
from raw.bench_summary_cells as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
