-- Stacks of a run, and the distributions they are made of.
-- grain: run, stack
-- audit: not_null(run, stack, is_shipped, is_compiled, is_tuned)
-- warning: package is null for a stack of another version of the runner, which is then of no framework
select
    figures.run,
    figures.stack,
    figures.environment, -- the environment it runs in
    figures.package, -- distribution of the framework
    figures.backend_package, -- distribution of what it computes with, where that is another
    figures.mode, -- how it executes
    figures.is_shipped, -- the way one gets without asking for anything
    figures.is_compiled, -- the compiled way that is documented beside it
    figures.is_tuned -- a user has to ask for it
from raw.bench_stacks as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
