-- Forms of Python control flow inside a model: run right, need rewriting, or go wrong silently.
-- grain: form, stack, phase, version
-- audit: not_null(form, stack, phase, version, framework, mode, status, reason, run, machine, measured_on)
-- audit: (status = 'ok') = (outcome is not null)
-- warning: right is proven by value against plain arithmetic; break-even steps are in marts.benchmark_break_even
select
    figures.form, -- the form's id
    figures.stack, -- framework, backend and mode in one word
    figures.phase, -- forward: the output; gradient: its gradient by the weight
    figures.version, -- as-written in plain Python, or rewritten in the framework's own words
    figures.title, -- the form in a few words
    figures.about, -- what it does
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    stacks.is_shipped, -- the mode one gets without asking
    figures.call, -- the framework's own words; empty as written
    figures.status, -- ok, not-run, absent (there is no rewriting) or not-needed (as written it runs right)
    figures.reason, -- in words; empty where there is an outcome
    figures.outcome, -- runs-right, needs-rewriting (it raised), wrong-silently, raised, hung or died
    figures.calls, -- calls with different inputs
    figures.right_calls, -- of these, right
    figures.largest_error, -- largest absolute difference; null if shapes differ or it is not finite
    figures.exception, -- the exception's type
    figures.message, -- its message on one line
    figures.body_runs, -- how often Python ran the body; null where that cannot be seen
    figures.compilations, -- tracings or compilations in these calls
    figures.graph_breaks, -- places where compiling was interrupted
    figures.counter, -- whose count of compilations it is
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_control_flow_cells as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'control_flow' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
