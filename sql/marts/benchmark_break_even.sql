-- After how many steps a compiled way has paid back its longer first step.
-- grain: run, setting, phase, compiled, plain
-- audit: not_null(run, setting, phase, compiled, plain, framework, cost_s, saving_s, outcome, machine, origin)
-- audit: outcome in ('at once', 'after', 'never'), steps >= 0, (outcome = 'never') = (steps is null)
-- warning: from first steps with empty compile caches; a second start of the same program pays less
select
    groups.short_run as run, -- the run, by the first eight digits of its id
    groups.setting, -- what both share: workload, track, precision, division
    pairs.phase, -- train or infer
    pairs.compiled, -- the stack that compiles
    pairs.plain, -- the stack that compiles less
    compiled.framework, -- key of the framework
    compiled.backend, -- key of the framework it computes with; null where that is itself
    compiled.mode as compiled_mode, -- how the first executes
    plain.mode as plain_mode, -- how the second executes
    pairs.workload, -- the workload's name
    pairs.size, -- small or full
    pairs.track, -- pinned (one core), all-cores or gpu
    pairs.division, -- matched (every knob alike) or as-shipped
    pairs.precision, -- fp32, tf32, bf16, or shipped
    pairs.cost_s, -- how much longer the first step takes, caches empty
    pairs.saving_s, -- how much shorter every later step is; negative: longer
    pairs.steps, -- steps until the first outweighs the second; null: never
    case
        when pairs.steps is null then 'never'
        when pairs.steps = 0 then 'at once'
        else 'after'
    end as outcome, -- at once, after so many steps, or never
    groups.device, -- cpu or cuda
    groups.host_id, -- hash of all that is known of the machine
    groups.machine, -- the machine in words
    groups.origin, -- bundled, or the reader's own
    groups.measured_on -- day the run began
from staging.bench_summary_break_even as pairs
inner join core.benchmark_groups as groups on groups.run = pairs.run and groups.group_id = pairs.group_id
inner join core.benchmark_stacks as compiled on compiled.run = pairs.run and compiled.stack = pairs.compiled
inner join core.benchmark_stacks as plain on plain.run = pairs.run and plain.stack = pairs.plain
