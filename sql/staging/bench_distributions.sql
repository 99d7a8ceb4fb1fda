-- Versions of every distribution of an environment.
-- grain: run, environment_id, distribution
-- audit: not_null(run, environment, environment_id, distribution, version)
-- warning: as the worker itself saw them, not as a file of requirements asks for them
select
    figures.run,
    figures.environment,
    figures.environment_id,
    figures.distribution,
    figures.version,
    figures.files_sha256 -- hash of the installed files, of frameworks alone
from raw.bench_distributions as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
