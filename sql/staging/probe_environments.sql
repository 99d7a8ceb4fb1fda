-- Environments that probes ran in, with the versions of the frameworks in words.
-- grain: run, environment
-- audit: not_null(run, environment, environment_id, python, words)
-- warning: an environment that changed between two starts of a run stands here as it was last
select
    figures.run,
    figures.environment,
    figures.environment_id,
    figures.python,
    figures.words,
    figures.distributions -- versions by distribution, as JSON
from raw.probe_environments as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
