-- One fault in one stack, style, switch and filter: what became of the faulty program.
-- grain: run, stack, fault, style, switch, filtering
-- audit: not_null(run, stack, package, fault, style, switch, filtering, status)
-- audit: (status = 'ok') = (outcome is not null)
-- warning: what only a GPU shows is not run without one
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.fault,
    figures.style,
    figures.switch,
    figures.filtering,
    figures.status,
    figures.reason,
    figures.outcome,
    figures.value_right,
    figures.warnings,
    figures.stage,
    figures.seconds,
    figures.exception,
    figures.message,
    figures.first_line,
    figures.message_length,
    figures.names_layer,
    figures.both_sizes,
    figures.suggests,
    figures.faulty_line,
    figures.faulty_frame,
    figures.user_frames,
    figures.foreign_frames,
    figures.expected,
    figures.changed
from raw.probe_debugging_cell as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
