-- Declared pairs of a run: time of measured over against, by the runner's own function of its records.
-- grain: run, group_id, phase, division, measured, against
-- audit: not_null(run, group_id, workload, size, phase, device, track, division, precision)
-- audit: not_null(kind, measured, against, ratio, low, high, verdict), low <= high, ratio > 0
-- warning: intervals are 95 %; chosen is set where measured is the best of several, chosen on the first fork
select
    figures.run,
    figures.group_id,
    figures.workload,
    figures.size,
    figures.phase,
    figures.device,
    figures.track,
    figures.division,
    figures.precision,
    figures.kind, -- contrast, or A/A for the control
    figures.measured,
    figures.against,
    figures.chosen,
    figures.ratio,
    figures.low,
    figures.high,
    figures.method,
    figures.forks,
    figures.rounds,
    figures.boot_low,
    figures.boot_high,
    figures.verdict,
    figures.margin,
    figures.aa_low,
    figures.aa_high,
    figures.measured_s,
    figures.against_s,
    figures.measured_environment,
    figures.against_environment
from raw.bench_summary_contrasts as figures
inner join staging.bench_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
