-- Objects of other libraries handed to each framework, and its tensors to them: accepted, refused, or silently wrong.
-- grain: stack, input, operation
-- audit: not_null(stack, input, operation, library, framework, status, message, run, machine, measured_on)
-- audit: status in ('accepted', 'refused', 'wrong', 'died', 'hung', 'not-run')
-- warning: what is refused may be one call away: bridge and bridged say so
select
    figures.stack, -- framework and backend in one word
    figures.input, -- the object
    figures.operation, -- convert, feed, back, from-dlpack, to-dlpack, plot, hist or imshow
    figures.library, -- whose object it is, or who takes it
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.status, -- accepted, refused (it raised), wrong (the values are), died, hung or not-run
    figures.message, -- the error's first line, or what came in place of what
    figures.warning, -- the first warning's first line
    figures.dtype_in, -- type of the values handed over
    figures.dtype_out, -- type of the values that came
    figures.sharing, -- zero-copy or copy, decided by addresses; unknown where one has no single place
    figures.bridge, -- the call that a user writes where it is refused; empty if there is none
    figures.bridged, -- what became of it then
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_integration_cells as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'integration' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
