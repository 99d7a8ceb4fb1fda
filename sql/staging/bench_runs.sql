-- Runs of the timing runner, each in the fullest state that is known of it: a file grows when its run is resumed.
-- The other staging.bench_* are read through this one, so that all rows of a run are of one state of its file.
-- grain: run
-- audit: not_null(run, started_at, tier, device, host_id, origin, records), origin in ('bundled', 'own'), records > 0
-- warning: host_id changes with any fact of the machine, a newer system kernel included
with
known as (
    select runs.*
    from raw.bench_runs as runs
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
    tier, -- smoke, standard or full
    device, -- cpu or cuda
    seed,
    host_id, -- hash of all that is known of the machine
    code, -- hash of the runner's own files
    units as units_planned,
    records, -- lines of the file
    origin, -- bundled or own
    cpu,
    system,
    kernel,
    architecture,
    cores_allowed,
    cores_online,
    memory_bytes,
    is_virtual,
    gpu_name,
    gpu_driver,
    gpu_memory_bytes,
    foreign_limit,
    steal_limit,
    throttled_limit,
    pressure_limit,
    source,
    request,
    payload_sha256,
    fetched_at
from newest_payload
