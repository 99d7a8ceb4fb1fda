-- Timed cells of every run: one stack at one workload's training or inference, or why it was not timed.
-- grain: run, setting, stack, phase
-- audit: not_null(run, setting, stack, phase, framework, mode, status, reason, device, machine, origin, measured_on)
-- audit: status in ('ok', 'not-run', 'parity-failed', 'oom', 'timeout'), (status = 'ok') = (step_s is not null)
-- warning: never compare seconds of two machines, tracks, divisions or precisions; intervals are 95 %
select
    groups.short_run as run, -- the run, by the first eight digits of its id
    groups.setting, -- what the cell shares with all it is compared with: workload, track, precision, division
    cells.stack, -- framework, backend and mode in one word
    cells.phase, -- train or infer
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    stacks.is_shipped, -- the way one gets without asking for anything
    stacks.is_compiled, -- the compiled way that is documented beside it
    cells.workload, -- the workload's name
    cells.size, -- small or full
    cells.track, -- pinned (one core), all-cores or gpu
    cells.division, -- matched (every knob alike) or as-shipped
    cells.precision, -- fp32, tf32, bf16, or shipped
    groups.batch, -- samples a step
    groups.trainable, -- trainable parameters, the same for every framework
    cells.status, -- ok, or why there is no figure: not-run, parity-failed, oom, timeout
    cells.reason, -- in words; also what failed in some forks of a cell that is ok
    cells.forks, -- fresh processes it was timed in
    cells.rounds, -- rounds that count
    cells.rounds_dropped, -- rounds that the rule voided
    cells.step_s, -- seconds a step
    cells.low_s, -- low end of its 95 % interval
    cells.high_s, -- high end of its 95 % interval
    cells.method, -- how the interval was made: t over forks, bootstrap, or one-fork (over rounds alone)
    cells.p50_s, -- median of single steps
    cells.p95_s, -- 95 % of single steps took less
    cells.samples_per_s, -- samples a second
    groups.batch / cells.high_s as samples_low, -- low end of its 95 % interval
    groups.batch / cells.low_s as samples_high, -- high end of its 95 % interval
    cells.cpu_s, -- processor seconds a step
    cells.device_s, -- seconds a step on the device itself, where that can be told
    cells.first_step_cold_s, -- first step with empty compile caches
    cells.first_step_warm_s, -- first step with caches from an earlier fork
    cells.import_s, -- importing the framework, timed once a stack: null in cells of other workloads
    cells.build_s, -- building the program
    cells.peak_bytes, -- most memory the worker had, both phases together
    cells.memory_method, -- how that was measured
    cells.compiles, -- compilations in a fork
    cells.graph_breaks, -- places where compiling was interrupted
    cells.joules_per_step, -- energy of the GPU a step
    cells.flops_per_s, -- floating-point operations a second
    cells.ceiling_fraction, -- share of the fastest matrix products of the same run
    cells.environment_id, -- hash of the environment
    environments.words as environment, -- versions in words
    groups.device, -- cpu or cuda
    groups.host_id, -- hash of all that is known of the machine
    groups.machine, -- the machine in words
    groups.origin, -- bundled, or the reader's own
    groups.measured_on -- day the run began
from staging.bench_summary_cells as cells
inner join core.benchmark_groups as groups on groups.run = cells.run and groups.group_id = cells.group_id
inner join core.benchmark_stacks as stacks on stacks.run = cells.run and stacks.stack = cells.stack
left join staging.bench_environments as environments
    on environments.run = cells.run and environments.environment_id = cells.environment_id
