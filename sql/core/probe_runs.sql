-- Probes of every run, with the machine in words, how they ended, and the run that the marts and evidence of each show.
-- One run a probe is chosen, so that figures of two machines or versions are never mixed: the whole form goes before
-- the small one and before one that was asked for some stacks or workloads only, then the run with most frameworks,
-- then one that came to its end, then the newest. Whose run it is does not matter.
-- grain: run, probe
-- audit: not_null(run, probe, short_run, measured_on, machine, ending, is_chosen), frameworks >= 0
-- warning: two probes may be chosen from two runs
with
find_measured as (
    select run, 'ease' as probe, package from staging.probe_ease_programs where status = 'ok'
    union
    select run, 'debugging', package from staging.probe_debugging_cells where status = 'ok'
    union
    select run, 'control_flow', package from staging.probe_control_flow_cells where status = 'ok'
    union
    select run, 'deployment', package from staging.probe_deployment_exports where status <> 'not-run'
    union
    select run, 'integration', package from staging.probe_integration_cells where status <> 'not-run'
    union
    select run, 'footprint', package from staging.probe_footprint_environments where status = 'measured'
),
count_frameworks as (
    select measured.run, measured.probe, count(distinct names.framework) as frameworks
    from find_measured as measured
    inner join catalog.names as names on names.kind = 'package' and names.name = measured.package
    group by measured.run, measured.probe
),
count_units as (
    select
        run,
        probe,
        count(*) as units,
        count(case when how = 'answered' then 1 end) as units_answered,
        count(case when how not in ('answered', 'not-run') then 1 end) as units_failed,
        count(case when how = 'not-run' then 1 end) as units_not_run,
        sum(seconds) as seconds
    from staging.probe_units
    group by run, probe
),
name_machines as (
    select
        units.probe,
        units.units,
        units.units_answered,
        units.units_failed,
        units.units_not_run,
        units.seconds,
        coalesce(counts.frameworks, 0) as frameworks,
        runs.*,
        coalesce(nullif(runs.cpu, ''), 'unknown processor')
        || case
            when runs.cores_allowed is null then ''
            when runs.cores_allowed = 1 then ', 1 core'
            else ', ' || runs.cores_allowed || ' cores'
        end
        || case
            when runs.memory_bytes is null then ''
            else ', ' || cast(round(runs.memory_bytes / 1073741824.0) as bigint) || ' GiB'
        end
        || coalesce(', ' || runs.gpu_name, '') as machine
    from count_units as units
    inner join staging.probe_runs as runs on runs.run = units.run
    left join count_frameworks as counts on counts.run = units.run and counts.probe = units.probe
)
select
    run,
    probe,
    substr(run, 1, 8) as short_run,
    started_at,
    cast(started_at as date) as measured_on,
    device,
    is_quick,
    is_narrowed,
    ending,
    units,
    units_answered,
    units_failed,
    units_not_run,
    seconds,
    frameworks, -- frameworks of the catalogue with a figure
    cpu,
    cores_allowed as cores,
    memory_bytes,
    system,
    host_id,
    machine,
    origin,
    code,
    row_number() over (
        partition by probe
        order by
            case when is_quick then 1 else 0 end,
            case when is_narrowed then 1 else 0 end,
            frameworks desc,
            case when ending = 'complete' then 0 else 1 end,
            started_at desc,
            run
    ) = 1 as is_chosen
from name_machines
