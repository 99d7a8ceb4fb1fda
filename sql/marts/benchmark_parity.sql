-- Gates that every stack has to pass before it is timed: does it do the same work, and does it run as it was told to?
-- The figure is that of the worst check of a gate, one that failed first of all.
-- grain: run, workload, stack, gate
-- audit: not_null(run, workload, stack, gate, framework, passed, checks, checks_failed, detail, machine, origin)
-- audit: checks > 0, passed = (checks_failed = 0)
-- warning: a failed gate withholds the timings of its cells; a stack that could not be judged has no row
with
rank_checks as (
    select
        *,
        count(*) over (partition by run, workload, stack, gate) as checks,
        sum(case when passed then 0 else 1 end) over (partition by run, workload, stack, gate) as checks_failed,
        row_number() over (
            partition by run, workload, stack, gate
            order by
                case when passed then 1 else 0 end,
                case when value is null then 0 else 1 end,
                abs(value - limit_value) / greatest(abs(limit_value), 1e-30) * case when passed then 1 else -1 end,
                record
        ) as badness
    from staging.bench_parity
)
select
    runs.short_run as run, -- the run, by the first eight digits of its id
    checks.workload, -- the workload's name
    checks.stack, -- framework, backend and mode in one word
    checks.gate, -- P0 count, P1 outputs, P2 loss and gradients, P3 ten steps, P4 time to loss, P5 precision and flags
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    checks.size, -- small or full
    checks.reference, -- the stack it was held against; null where a constant is
    checks.value, -- the figure; null if not finite
    checks.limit_value, -- what it was held against
    checks.checks_failed = 0 as passed, -- whether every check held
    checks.checks, -- how often it was judged
    cast(checks.checks_failed as bigint) as checks_failed, -- how often it failed
    checks.detail, -- what was compared
    runs.device, -- cpu or cuda
    runs.host_id, -- hash of all that is known of the machine
    runs.machine, -- the machine in words
    runs.origin, -- bundled, or the reader's own
    runs.started_on as measured_on -- day the run began
from rank_checks as checks
inner join core.benchmark_runs as runs on runs.run = checks.run
inner join core.benchmark_stacks as stacks on stacks.run = checks.run and stacks.stack = checks.stack
where checks.badness = 1
