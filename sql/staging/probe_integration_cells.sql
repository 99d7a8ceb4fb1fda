-- One object handed to one framework for one purpose.
-- grain: run, stack, input, operation
-- audit: not_null(run, stack, package, library, input, operation, status, message)
-- warning: bridged is what became of it after the call that a user writes where the object itself is refused
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.library,
    figures.input,
    figures.operation,
    figures.status,
    figures.message,
    figures.warning,
    figures.dtype_in,
    figures.dtype_out,
    figures.sharing,
    figures.bridge,
    figures.bridged
from raw.probe_integration_cell as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
