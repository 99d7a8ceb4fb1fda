-- What the same work takes as a program: each part of each program, by the stack that ran it.
-- grain: stack, workload, part
-- audit: not_null(stack, workload, part, program, framework, is_own, status, reason, run, machine, measured_on)
-- audit: status = 'ok' or logical_lines is null
-- audit: gates_failed = 0 or status <> 'ok'
-- warning: proxies, not a study of users; programs follow each stack's own tutorial and are in marts.ease_sources
with
count_gates as (
    select
        run,
        stack,
        workload,
        count(case when passed then 1 end) as gates_passed,
        count(case when not passed then 1 end) as gates_failed
    from staging.probe_ease_gates
    group by run, stack, workload
)
select
    figures.stack, -- the environment that ran it
    figures.workload, -- the workload's name
    figures.part, -- the program's part; parity: what only equality needs; whole: all the rest
    figures.program, -- the folder of programs it is of
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.program = figures.package as is_own, -- false: with a companion library in place of its own way
    figures.status, -- ok, parity-failed (does other work), or what became of the process
    figures.reason, -- in words; empty if ok
    figures.logical_lines, -- logical lines of the formatted text
    figures.ast_nodes, -- nodes of the syntax tree
    figures.framework_names, -- distinct names of the framework and its companions
    figures.method_names, -- distinct attributes of values
    figures.syntax_volume, -- N log2 n over the syntax tree, after Halstead
    figures.state_statements, -- statements about state that the reader keeps in order
    figures.state_gradients, -- of these, about gradients; a statement may be of several kinds
    figures.state_device, -- about devices
    figures.state_mode, -- about training or evaluation mode
    figures.state_keys, -- about random keys
    figures.state_no_gradient, -- about leaving gradients out
    figures.state_update, -- about writing back what an update gave
    case when figures.status = 'ok' then complexity.cyclomatic_sum end as cyclomatic_sum, -- cyclomatic complexity
    case when figures.status = 'ok' then complexity.cyclomatic_max end as cyclomatic_max, -- the largest of them
    case when figures.status = 'ok' then complexity.halstead_volume end as halstead_volume, -- radon's count: no calls
    coalesce(gates.gates_passed, 0) as gates_passed, -- gates of the whole program that it passed on this stack
    coalesce(gates.gates_failed, 0) as gates_failed, -- gates that it failed
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_ease_programs as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'ease' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
left join count_gates as gates
    on gates.run = figures.run and gates.stack = figures.stack and gates.workload = figures.workload
left join staging.probe_ease_complexity as complexity
    on complexity.run = figures.run
    and complexity.program = figures.program
    and complexity.workload = figures.workload
    and complexity.part = figures.part
