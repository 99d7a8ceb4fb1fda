-- Environments that stacks ran in, with the versions of the frameworks in words.
-- grain: run, environment_id
-- audit: not_null(run, record, environment, environment_id, python, words)
-- warning: an environment that changed between two starts of a run stands here twice
select
    figures.run,
    figures.record, -- line of the file
    figures.environment,
    figures.environment_id,
    figures.python,
    figures.words
from raw.bench_environments as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
