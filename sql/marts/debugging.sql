-- Canonical faults put into a healthy program: what became of each, by stack, style, debug switch and filter.
-- grain: fault, stack, style, switch, filtering
-- audit: not_null(fault, stack, style, switch, filtering, title, family, framework, mode, status, reason, run, machine)
-- audit: (status = 'ok') = (outcome is not null)
-- audit: status in ('ok', 'cannot-exist', 'not-run', 'control-failed')
-- warning: faults are canonical, not sampled: their shares say nothing of how often a user meets them
select
    figures.fault, -- the fault's id
    figures.stack, -- framework, backend and mode in one word
    figures.style, -- how the model is written: sequential, functional or subclass
    figures.switch, -- off, or the debug switches that were on, joined by +
    figures.filtering, -- traceback filters: on as shipped, off, or none there are
    faults.number, -- its place in the list of faults
    faults.title, -- the fault in a few words
    faults.family, -- where it lies: model, data, training, api or device
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    stacks.is_shipped, -- the mode one gets without asking
    stacks.is_documented
    and figures.switch = 'off'
    and figures.filtering <> 'off' as is_counted, -- evidence counts it: a documented mode, nothing switched
    figures.status, -- ok, cannot-exist, not-run, or control-failed (the right program failed as well)
    figures.reason, -- in words; empty where there is an outcome
    figures.outcome, -- raised, warned, handled (the value is right), silent (it is wrong), hung or died
    figures.stage, -- when the signal came: build, compile, first step or later
    figures.seconds as signal_s, -- from the program's first line to the signal
    figures.exception, -- the exception's type, or the warning's kind
    figures.message, -- its beginning, without paths
    figures.first_line, -- its first line
    figures.message_length, -- characters
    figures.names_layer, -- it names the faulty layer; null where no layer is at fault
    figures.both_sizes, -- it tells both sizes that conflict; null where none do
    figures.suggests, -- it says what to do
    figures.faulty_line, -- the faulty line's file and number stand in what is printed
    figures.faulty_frame, -- the faulty line is a frame of the traceback itself
    figures.user_frames, -- places in the user's files in what is printed
    figures.foreign_frames, -- places in all other files
    figures.value_right, -- its figures are the right program's
    figures.warnings, -- warnings that the right program does not give
    figures.expected, -- the outcome first seen in this stack
    figures.changed as has_changed, -- the outcome is another now
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_debugging_cells as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'debugging' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
inner join staging.probe_debugging_faults as faults on faults.run = figures.run and faults.fault = figures.fault
