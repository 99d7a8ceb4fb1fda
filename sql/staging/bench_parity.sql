-- Judged figures of a run: whether a stack does the same work as the others, and runs as it was told to.
-- grain: run, record
-- audit: not_null(run, record, workload, size, stack, gate, passed, detail)
-- warning: one gate is judged before any timing, or for each fork, or both
select
    figures.run,
    figures.record, -- line of the file
    figures.workload,
    figures.size,
    figures.stack,
    figures.fork, -- null: judged before any timing
    figures.reference, -- the stack it was held against; null where a constant is
    figures.gate,
    figures.value, -- null if not finite
    figures.limit_value,
    figures.passed,
    figures.detail
from raw.bench_parity as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
