-- Flags in force where cells and ladders were timed, read back inside the workers after their work, beside what was
-- asked for. Workers of one cell that agree are one row; those that read something else are counted.
-- grain: run, setting, stack, division, flag
-- audit: not_null(run, setting, stack, division, flag, framework, found, workers, workers_otherwise, machine, origin)
-- audit: workers > 0, workers_otherwise between 0 and workers - 1
-- warning: what a framework does not tell stands nowhere: none says whether its kernels are deterministic
-- warning: a worker that failed a gate is not among them; what it read stands in benchmark_parity
with
take_flags as (
    select
        groups.run,
        groups.group_id,
        groups.short_run,
        groups.workload,
        groups.size,
        groups.track,
        groups.device,
        groups.host_id,
        groups.machine,
        groups.origin,
        groups.measured_on,
        case
            when groups.purpose = 'ladder' then groups.workload || '.' || groups.track || '.' || stacks.environment
            else groups.setting
        end as setting,
        stacks.stack,
        stacks.framework,
        stacks.backend,
        stacks.mode,
        members.division,
        case flags.flag
            when 'device' then members.device
            when 'jit'
                then case when members.mode in ('xla', 'jit') or members.mode like 'compile%' then 'true' else 'false' end
            when 'precision' then nullif(members.precision, 'shipped')
            when 'layout' then nullif(members.layout, 'shipped')
            when 'allocator' then nullif(members.allocator, 'shipped')
            when 'threads' then cast(members.threads as varchar)
        end as asked,
        flags.fork,
        flags.member,
        flags.flag,
        flags.value as found
    from staging.bench_flags as flags
    inner join staging.bench_forks as forks
        on forks.run = flags.run and forks.fork = flags.fork and forks.member = flags.member
    inner join staging.bench_members as members
        on members.run = flags.run and members.group_id = flags.group_id and members.member = flags.member
    inner join core.benchmark_groups as groups on groups.run = flags.run and groups.group_id = flags.group_id
    inner join core.benchmark_stacks as stacks on stacks.run = flags.run and stacks.stack = members.stack
    where forks.status = 'ok' and groups.purpose in ('cells', 'ladder')
),
rank_values as (
    select
        *,
        count(*) over (partition by run, group_id, stack, division, flag) as workers,
        count(*) over (partition by run, group_id, stack, division, flag, found) as alike,
        row_number() over (partition by run, group_id, stack, division, flag order by fork, member) as position
    from take_flags
)
select
    short_run as run, -- the run, by the first eight digits of its id
    setting, -- as in benchmark_cells and, for a rung of a ladder, in benchmark_ladder
    stack, -- framework, backend and mode in one word
    division, -- matched, as-shipped, or the rung of a ladder
    flag, -- as the worker names it: device, jit, precision, allocator, threads, optimizer.epsilon
    framework, -- key of the framework
    backend, -- key of the framework it computes with; null where that is itself
    mode, -- how it executes
    workload, -- the workload's name
    size, -- small or full
    track, -- pinned (one core), all-cores or gpu
    asked, -- what it was told; null where the framework's own was left, or where the flag only follows from others
    found, -- what the first worker read back
    workers, -- workers that read it back, over all forks
    workers - alike as workers_otherwise, -- those that read something else
    device, -- cpu or cuda
    host_id, -- hash of all that is known of the machine
    machine, -- the machine in words
    origin, -- bundled, or the reader's own
    measured_on -- day the run began
from rank_values
where position = 1
