-- Artefacts put to runtimes in fresh processes.
-- grain: run, workload, stack, format, runtime
-- audit: not_null(run, workload, stack, package, format, runtime, language, status, reason, other_status)
-- warning: runtime is empty where none is known that loads it without an interpreter
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
    figures.language,
    figures.environment,
    figures.needs,
    figures.status,
    figures.reason,
    figures.without_framework as is_without_framework,
    figures.without_python as is_without_python,
    figures.runtime_version,
    figures.load_seconds,
    figures.max_abs,
    figures.max_rel,
    figures.other_status,
    figures.other_reason,
    figures.latency_batch,
    figures.queries,
    figures.p50_s,
    figures.p90_s,
    figures.p99_s,
    cast(figures.process_p50_s as double[]) as process_p50_s, -- of each process; null of a file that had one only
    figures.deprecation
from raw.probe_deployment_answer as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
