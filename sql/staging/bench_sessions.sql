-- Starts of the timing runner on a run: the first, and one for each time it was resumed.
-- grain: run, session
-- audit: not_null(run, session, started_at, resumed)
-- warning: without an end the runner was killed
select
    figures.run,
    figures.session,
    figures.started_at,
    figures.resumed,
    figures.ended_at,
    figures.reason, -- complete, budget, interrupted or failed
    figures.elapsed_s
from raw.bench_sessions as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
