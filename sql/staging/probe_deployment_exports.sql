-- Exports: one workload by stack and format.
-- grain: run, workload, stack, format
-- audit: not_null(run, workload, stack, package, format, exporter, status, reason)
-- warning: the smallest size of each workload
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
    figures.exporter,
    figures.status,
    figures.reason,
    figures.exception,
    figures.seconds,
    figures.bytes as artefact_bytes,
    figures.files,
    figures.batch,
    figures.length,
    figures.fixed,
    figures.opset,
    figures.deprecation
from raw.probe_deployment_export as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
