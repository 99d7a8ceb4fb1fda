-- Load tests of a small server around an artefact and its usual runtime.
-- grain: run, workload, stack, format
-- audit: not_null(run, workload, stack, package, format, runtime, status, reason)
-- warning: clients and server share the machine
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.workload,
    figures.size,
    figures.format,
    figures.runtime,
    figures.status,
    figures.reason,
    figures.clients,
    figures.batch,
    figures.seconds,
    figures.requests,
    figures.errors,
    figures.requests_per_second,
    figures.p50_s,
    figures.p99_s
from raw.probe_deployment_load as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
