-- Runs of the probes, each in the fullest state that is known of it: a file grows when its run is resumed.
-- The other staging.probe_* are read through this one, so that all rows of a run are of one state of its file.
-- grain: run
-- audit: not_null(run, started_at, device, host_id, ending, origin, records), origin in ('bundled', 'own'), records > 0
-- warning: host_id changes with any fact of the machine, a newer system kernel included
with
known as (
    select runs.*
    from raw.probe_runs as runs
    cross join catalog.edition as edition
    where runs.fetched_at < edition.as_of + interval 1 day
),
newest_payload as (
    -- lines are only ever added, so the state with most records is the latest; a bundled copy goes before an own one
    select *
    from known
    qualify row_number() over (
        partition by run order by records desc, origin, fetched_at desc, request, payload_sha256
    ) = 1
)
select
    run,
    started_at,
    device, -- cpu or cuda
    seed,
    is_quick, -- the small form
    is_narrowed, -- asked for some stacks or workloads only
    ending, -- complete, budget, interrupted, failed or killed
    units as units_planned,
    records, -- lines of the file
    host_id, -- hash of all that is known of the machine
    code, -- hash of the runner's own files
    origin, -- bundled or own
    cpu,
    system,
    cores_allowed,
    cores_online,
    memory_bytes,
    gpu_name,
    source,
    request,
    payload_sha256,
    fetched_at
from newest_payload
