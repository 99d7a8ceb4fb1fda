-- From as-shipped to matched, one knob a rung, timed together for each environment of a run.
-- grain: run, setting, rung, phase
-- audit: not_null(run, setting, rung, phase, knob, stack, framework, status, machine, origin, measured_on)
-- audit: ratio > 0, low <= high, to_shipped > 0
-- warning: a rung that is not ok has no ratio, and the next is held against the last one that is
-- warning: the order of the knobs is fixed; in another order each would have another share
select
    groups.short_run as run, -- the run, by the first eight digits of its id
    rungs.workload || '.' || rungs.track || '.' || stacks.environment as setting, -- workload, track and environment
    rungs.rung, -- 0 is as-shipped; each further one turns one knob more
    rungs.phase, -- train
    rungs.knob, -- what was turned: precision, layout, allocator, compile, placement, optimizer
    rungs.stack, -- framework, backend and mode in one word
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    stacks.environment, -- the environment all rungs of a setting run in
    rungs.workload, -- the workload's name
    rungs.size, -- small or full
    rungs.track, -- pinned (one core), all-cores or gpu
    rungs.status, -- ok, or why there is no figure: not-run, parity-failed, oom, timeout
    rungs.reason, -- in words
    rungs.step_s, -- seconds a step
    rungs.ratio, -- time over that of the rung before
    rungs.low, -- low end of its 95 % interval
    rungs.high, -- high end of its 95 % interval
    rungs.to_shipped, -- time over that of as-shipped
    rungs.forks, -- fresh processes
    groups.device, -- cpu or cuda
    groups.host_id, -- hash of all that is known of the machine
    groups.machine, -- the machine in words
    groups.origin, -- bundled, or the reader's own
    groups.measured_on -- day the run began
from staging.bench_summary_ladder as rungs
inner join core.benchmark_groups as groups on groups.run = rungs.run and groups.group_id = rungs.group_id
inner join core.benchmark_stacks as stacks on stacks.run = rungs.run and stacks.stack = rungs.stack
