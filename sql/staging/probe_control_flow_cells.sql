-- One form of control flow in one stack, forward or gradient, as written or rewritten.
-- grain: run, stack, form, phase, version
-- audit: not_null(run, stack, package, form, phase, version, status, reason)
-- audit: (status = 'ok') = (outcome is not null)
-- warning: a rewriting may be absent (the framework has no words of its own) or not needed (as written it runs right)
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.form,
    figures.title,
    figures.about,
    figures.phase,
    figures.version,
    figures.call,
    figures.status,
    figures.reason,
    figures.outcome,
    figures.calls,
    figures.right_calls,
    figures.largest_error,
    figures.exception,
    regexp_replace(figures.message, '\x1b\[[0-9;]*m', '', 'g') as message, -- without a terminal's colours
    figures.body_runs,
    figures.compilations,
    figures.graph_breaks,
    figures.counter
from raw.probe_control_flow_cell as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
