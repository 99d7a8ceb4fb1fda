-- Units of each probe's chosen run: what every row of a probe's marts bears of the run, the machine and the versions.
-- grain: probe, unit
-- audit: not_null(probe, unit, run, short_run, device, host_id, machine, origin, measured_on)
-- warning: environment is null where no process of it told what it holds
select
    units.probe,
    units.unit,
    units.run,
    runs.short_run,
    environments.words as environment, -- versions in words
    runs.device,
    runs.host_id,
    runs.machine,
    runs.origin,
    runs.measured_on
from staging.probe_units as units
inner join core.probe_runs as runs on runs.run = units.run and runs.probe = units.probe
left join staging.probe_environments as environments
    on environments.run = units.run and environments.environment = units.environment
where runs.is_chosen
