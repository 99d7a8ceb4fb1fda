-- What each of nine standard changes to one program costs, by the stack that ran it.
-- grain: stack, change
-- audit: not_null(stack, change, program, framework, is_own, status, reason, run, machine, measured_on)
-- audit: status = 'ok' or edit_distance is null
-- warning: a cost counts only where the change was seen to do what it is for
select
    figures.stack, -- the environment that ran it
    figures.change, -- the change
    figures.program, -- the folder of programs
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.program = figures.package as is_own, -- false: written with a companion library
    figures.workload, -- the program that was changed
    figures.status, -- ok, no-effect, or what became of the process
    figures.reason, -- in words; empty if ok
    figures.edit_distance, -- nodes of the syntax tree inserted, deleted or relabelled
    figures.lines_added, -- lines that are new; a changed line is both
    figures.lines_removed, -- lines that are gone
    figures.effect, -- what proves the effect
    figures.effect_value, -- the figure that proves it
    figures.effect_limit, -- what that is held to
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_ease_changes as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'ease' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
