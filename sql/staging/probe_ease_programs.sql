-- What each part of each program counts, by stack that ran it.
-- grain: run, stack, workload, part
-- audit: not_null(run, stack, package, program, workload, part, status)
-- audit: status = 'ok' or logical_lines is null
-- warning: a part that a program does not have counts nothing
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.program, -- the folder of programs
    figures.workload,
    figures.part,
    figures.status,
    figures.reason,
    figures.logical_lines,
    figures.ast_nodes,
    figures.framework_names,
    figures.method_names,
    figures.syntax_volume,
    figures.state_statements,
    case
        when figures.status = 'ok' then coalesce(cast(json_extract_string(figures.state, '$.gradients') as bigint), 0)
    end as state_gradients, -- statements about state by kind; one may be of several
    case
        when figures.status = 'ok' then coalesce(cast(json_extract_string(figures.state, '$.device') as bigint), 0)
    end as state_device,
    case
        when figures.status = 'ok' then coalesce(cast(json_extract_string(figures.state, '$.mode') as bigint), 0)
    end as state_mode,
    case
        when figures.status = 'ok' then coalesce(cast(json_extract_string(figures.state, '$.keys') as bigint), 0)
    end as state_keys,
    case
        when figures.status = 'ok'
            then coalesce(cast(json_extract_string(figures.state, '$."no-gradient"') as bigint), 0)
    end as state_no_gradient,
    case
        when figures.status = 'ok' then coalesce(cast(json_extract_string(figures.state, '$.update') as bigint), 0)
    end as state_update
from raw.probe_ease_program as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
