-- Texts of the programs whose counts are in marts.ease and marts.ease_changes.
-- grain: program, workload, change
-- audit: not_null(program, workload, change, framework, is_own, status, text, run, measured_on)
-- warning: change is empty for the program itself
with
name_programs as (
    select distinct figures.run, figures.program, stacks.framework, figures.program = figures.package as is_own
    from staging.probe_ease_programs as figures
    inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
)
select
    figures.program, -- the folder of programs
    figures.workload, -- the workload's name
    figures.change, -- the change made to it; empty for the program itself
    stacks.framework, -- key of the framework
    stacks.is_own, -- false: written with a companion library
    figures.status, -- ok, or what became of the process that read it
    figures.reason, -- in words; empty if ok
    case
        when figures.status = 'ok' then length(figures.text) - length(replace(figures.text, chr(10), ''))
    end as lines, -- lines of the text, blank ones too
    figures.sha256, -- hash of the text
    figures.text, -- the text
    units.short_run as run, -- the run, by the first eight digits of its id
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_ease_sources as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'ease' and units.unit = figures.unit
inner join name_programs as stacks on stacks.run = figures.run and stacks.program = figures.program
