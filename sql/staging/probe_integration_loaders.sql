-- Each framework's own loader, fed from one Parquet file.
-- grain: run, stack
-- audit: not_null(run, stack, package, status, reason, rows)
-- warning: one package is no framework's: the floor, reading alone
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.status,
    figures.reason,
    figures.loader,
    figures.rows,
    figures.batch,
    figures.file_bytes,
    cast(figures.seconds as double[]) as seconds -- of each timed epoch
from raw.probe_integration_loader as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
