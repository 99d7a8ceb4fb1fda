-- Imports, each in a fresh process.
-- grain: run, stack, condition, process
-- audit: not_null(run, stack, package, condition, process, seconds, modules)
-- warning: cold is without byte code; whether files were in memory depends on dropped
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.condition,
    figures.dropped,
    figures.process,
    figures.seconds,
    figures.modules,
    figures.rss_before_bytes,
    figures.rss_bytes
from raw.probe_footprint_import as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
