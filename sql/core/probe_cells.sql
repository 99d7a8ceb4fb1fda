-- What the figures of the probes are counted over: every cell of the chosen runs that decides something, in the ways
-- that a framework documents. Which cells count was fixed before any was run.
-- Lines and changes: programs in the framework's own words (not those of a companion) that passed every gate.
-- Faults: those put in without a debug switch, tracebacks as shipped, less those handled right, which harm nobody. A
-- fault counts once, as the mean over the styles of writing a model: what one style shows the other mostly repeats.
-- Control flow: as written in plain Python, forward and gradient.
-- Exports: every cell that was tried. One works once a runtime answers as the framework does; one that no runtime could
-- be asked about is left out. Without an interpreter: of the artefacts there are, those for which that could be tried
-- or no such runtime is known.
-- Integration: every cell that was tried, the object handed over as it is.
-- The small form measures too little to count.
-- grain: metric, stack, cell
-- audit: not_null(metric, framework, stack, is_default, cell, value, probe, unit, run)
-- warning: cells are chosen, not sampled: a share says nothing of how often a user meets one
with
list_parts as (
    select
        case part when 'model' then 'lines_to_define' else 'lines_to_train' end as metric,
        stack,
        workload as cell,
        cast(logical_lines as double) as value,
        'ease' as probe,
        unit,
        run
    from staging.probe_ease_programs
    where status = 'ok' and part in ('model', 'train') and program = package
),
list_changes as (
    select
        'change_cost' as metric,
        stack,
        change as cell,
        cast(edit_distance as double) as value,
        'ease' as probe,
        unit,
        run
    from staging.probe_ease_changes
    where status = 'ok' and program = package
),
list_faults as (
    select *
    from staging.probe_debugging_cells
    where status = 'ok' and switch = 'off' and filtering <> 'off' and outcome <> 'handled'
),
judge_faults as (
    select
        'faults_signalled' as metric,
        stack,
        fault,
        case when outcome in ('raised', 'warned') then 1.0 else 0.0 end as value,
        unit,
        run
    from list_faults
    union all
    select 'faults_silent', stack, fault, case outcome when 'silent' then 1.0 else 0.0 end, unit, run
    from list_faults
    union all
    select 'faults_located', stack, fault, case when faulty_line then 1.0 else 0.0 end, unit, run
    from list_faults
    where outcome in ('raised', 'warned') and faulty_line is not null
    union all
    select 'message_names_layer', stack, fault, case when names_layer then 1.0 else 0.0 end, unit, run
    from list_faults
    where outcome in ('raised', 'warned') and names_layer is not null
),
average_faults as (
    -- a fault counts once, in however many styles it was put in
    select metric, stack, fault as cell, avg(value) as value, min(unit) as unit, run
    from judge_faults
    group by metric, stack, fault, run
),
judge_forms as (
    select
        'control_flow_runs' as metric,
        stack,
        form || ', ' || phase as cell,
        case outcome when 'runs-right' then 1.0 else 0.0 end as value,
        unit,
        run
    from staging.probe_control_flow_cells
    where status = 'ok' and version = 'as-written'
),
judge_exports as (
    select
        exports.run,
        exports.unit,
        exports.stack,
        exports.format,
        exports.workload || ', ' || exports.format as cell,
        case
            when exports.status <> 'exported' then 0.0
            when max(case when answers.status = 'answers' then 1 end) = 1 then 1.0
            when count(case when answers.status not in ('not-run', 'no-runtime') then 1 end) > 0 then 0.0
        end as works,
        case
            when exports.status <> 'exported' then null
            when max(case when answers.status = 'answers' and answers.is_without_python then 1 end) = 1 then 1.0
            when count(case when answers.language <> 'python' and answers.status <> 'not-run' then 1 end) > 0 then 0.0
        end as works_without_python
    from staging.probe_deployment_exports as exports
    left join staging.probe_deployment_answers as answers
        on answers.run = exports.run
        and answers.workload = exports.workload
        and answers.stack = exports.stack
        and answers.format = exports.format
    where exports.status <> 'not-run'
    group by exports.run, exports.unit, exports.stack, exports.format, exports.workload, exports.status
),
split_exports as (
    select 'export_formats' as metric, stack, cell, works as value, unit, run from judge_exports
    union all
    select 'export_onnx', stack, cell, works, unit, run from judge_exports where format = 'onnx'
    union all
    select 'export_savedmodel', stack, cell, works, unit, run from judge_exports where format = 'savedmodel'
    union all
    select 'export_without_python', stack, cell, works_without_python, unit, run from judge_exports
),
list_latencies as (
    select 'export_latency' as metric, stack, workload as cell, p50_s * 1e6 as value, unit, run
    from staging.probe_deployment_answers
    where format = 'onnx' and language = 'python' and status = 'answers' and p50_s > 0
),
judge_objects as (
    select
        'integration_accepts' as metric,
        stack,
        input || ', ' || operation as cell,
        case status when 'accepted' then 1.0 else 0.0 end as value,
        library,
        unit,
        run
    from staging.probe_integration_cells
    where status <> 'not-run'
),
list_imports as (
    select 'import_seconds' as metric, stack, cast(process as varchar) as cell, seconds as value, unit, run
    from staging.probe_footprint_imports
    where condition = 'warm'
),
list_sizes as (
    select
        'installed_bytes' as metric,
        stack,
        'site-packages' as cell,
        cast(installed_bytes as double) as value,
        unit,
        run
    from staging.probe_footprint_environments
    where status = 'measured' and is_fresh
),
list_trainings as (
    -- a layer on top of a package could not train while that cannot be imported
    select
        'runs_without_' || names.framework as metric,
        trainings.stack,
        'one training' as cell,
        case trainings.status when 'runs' then 1.0 else 0.0 end as value,
        trainings.unit,
        trainings.run
    from staging.probe_footprint_trainings as trainings
    inner join catalog.names as names on names.kind = 'package' and names.name = trainings.absent_package
    where trainings.status in ('runs', 'fails') and not trainings.package_found
),
stack_cells as (
    select * from list_parts
    union all
    select * from list_changes
    union all
    select metric, stack, cell, value, 'debugging', unit, run from average_faults
    union all
    select metric, stack, cell, value, 'control_flow', unit, run from judge_forms
    union all
    select metric, stack, cell, value, 'deployment', unit, run from split_exports
    union all
    select metric, stack, cell, value, 'deployment', unit, run from list_latencies
    union all
    select metric, stack, cell, value, 'integration', unit, run from judge_objects
    union all
    select 'integration_accepts_named', stack, cell, value, 'integration', unit, run
    from judge_objects
    where library in ('numpy', 'pandas', 'matplotlib')
    union all
    select metric, stack, cell, value, 'footprint', unit, run from list_imports
    union all
    select metric, stack, cell, value, 'footprint', unit, run from list_sizes
    union all
    select metric, stack, cell, value, 'footprint', unit, run from list_trainings
)
select
    cells.metric,
    stacks.framework,
    cells.stack,
    stacks.is_default, -- the way one gets without asking for anything
    cells.cell,
    cells.value, -- 1 or 0 where a share is counted (a fault's mean over styles), else the figure in the metric's unit
    cells.probe,
    cells.unit,
    cells.run
from stack_cells as cells
inner join core.probe_units as units
    on units.run = cells.run and units.probe = cells.probe and units.unit = cells.unit
inner join core.probe_runs as runs on runs.run = cells.run and runs.probe = cells.probe
inner join core.probe_stacks as stacks on stacks.run = cells.run and stacks.stack = cells.stack
where cells.value is not null and stacks.is_documented and not runs.is_quick
