-- Ways to look into a model while it trains: does a breakpoint stop, is a value printed at each step.
-- grain: stack, look
-- audit: not_null(stack, look, framework, mode, call, status, reason, run, machine, measured_on)
-- audit: shown <= steps
-- warning: seen once at tracing is not seen at each step
select
    figures.stack, -- framework, backend and mode in one word
    figures.look, -- breakpoint, print, or own-print: what the framework has for it
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    stacks.is_shipped, -- the mode one gets without asking
    figures.call, -- what was called inside the model
    figures.status, -- ok or not-run
    figures.reason, -- why not, or how the program ended early
    figures.steps, -- training steps taken
    figures.times, -- stops, or printed lines, during these steps
    figures.shown, -- steps at which the value of that very step was seen
    figures.example, -- the first thing seen
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_debugging_looks as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'debugging' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
