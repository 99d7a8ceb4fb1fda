-- Small trainings, and whether a package that is said to be needed could be imported meanwhile.
-- grain: run, stack
-- audit: not_null(run, stack, package, status, reason, absent_package)
-- warning: a training in an environment that has the package shows nothing about its absence
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.status,
    figures.reason,
    figures.absent_package, -- the package in question
    figures.package_found, -- it could have been imported
    figures.package_imported, -- something did import it
    figures.version,
    figures.trainable,
    figures.steps,
    figures.loss_first,
    figures.loss_last
from raw.probe_footprint_training as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
