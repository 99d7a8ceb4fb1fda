-- Where each canonical fault can be put in, with its line and its program.
-- grain: fault, framework, style
-- audit: not_null(fault, framework, style, title, family, about, can_exist, reason, run, measured_on)
-- audit: can_exist or reason <> ''
-- warning: whether a fault can be put in is declared with the fault, not measured
select
    figures.fault, -- the fault's id
    names.framework, -- key of the framework
    figures.style, -- how the model is written
    faults.number, -- its place in the list of faults
    faults.title, -- the fault in a few words
    faults.family, -- where it lies
    faults.about, -- what was done wrong
    faults.right_rule, -- when a value is right: same as the right program's, or learns as far
    faults.fault_device, -- cuda for what only a GPU shows, else empty
    figures.can_exist, -- it can be put in
    figures.reason, -- why it cannot; empty if it can
    figures.faulty_code, -- the faulty line; empty where a line is missing
    figures.right_code, -- the right line
    figures.program, -- the whole faulty program
    units.short_run as run, -- the run, by the first eight digits of its id
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_debugging_places as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'debugging' and units.unit = figures.unit
inner join staging.probe_debugging_faults as faults on faults.run = figures.run and faults.fault = figures.fault
inner join catalog.names as names on names.kind = 'package' and names.name = figures.package
