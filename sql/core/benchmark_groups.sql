-- What was timed together in each run, under a short name, with the run's machine and day.
-- grain: run, group_id
-- audit: not_null(run, group_id, short_run, purpose, workload, batch, device, host_id, machine, origin, measured_on)
-- warning: setting names a group among those of purpose cells alone
select
    groups.run,
    groups.group_id,
    runs.short_run,
    groups.purpose,
    groups.workload || '.' || groups.track || '.' || groups.precision || '.' || groups.division
    || case when groups.value > 0 then '.' || groups.value else '' end as setting,
    groups.workload,
    groups.size,
    groups.batch,
    groups.trainable,
    groups.track,
    groups.precision,
    groups.division,
    groups.value,
    groups.device,
    runs.host_id,
    runs.machine,
    runs.origin,
    runs.started_on as measured_on,
    runs.is_chosen
from staging.bench_groups as groups
inner join core.benchmark_runs as runs on runs.run = groups.run
