-- Where each canonical fault can be put in: framework and style.
-- grain: run, fault, package, style
-- audit: not_null(run, fault, package, style, can_exist, reason)
-- audit: can_exist or reason <> ''
-- warning: whether a fault can be put in is declared with the fault, not measured
select
    figures.run,
    figures.unit,
    figures.fault,
    figures.framework as package, -- distribution of the framework
    figures.style,
    figures.can_exist,
    figures.reason,
    figures.faulty_code,
    figures.right_code,
    figures.program
from raw.probe_debugging_place as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
