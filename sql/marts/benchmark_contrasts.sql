-- Ratios of declared pairs of stacks, timed in the same rounds: time of measured over time of against.
-- grain: run, setting, phase, measured, against
-- audit: not_null(run, setting, phase, kind, measured, against, ratio, low, high, verdict, machine, origin, measured_on)
-- audit: kind in ('A/A', 'contrast'), verdict in ('faster', 'slower', 'indistinguishable', 'undecided'), ratio > 0
-- audit: low <= high, margin >= 1.0499, (measured = against) = (kind = 'A/A')
-- warning: above 1 measured is slower; A/A holds identical code against itself and shows the floor of the noise
-- warning: intervals are 95 %, one pair at a time: of twenty pairs without a difference one excludes 1 by chance
select
    groups.short_run as run, -- the run, by the first eight digits of its id
    groups.setting, -- what both share: workload, track, precision, division
    pairs.phase, -- train or infer
    pairs.kind, -- contrast, or A/A: the same code twice
    pairs.measured, -- stack above the line; a name ending in best was chosen on the first fork, measured on the others
    pairs.against, -- stack below the line
    pairs.chosen, -- the stack that was chosen, where one was
    measured.framework as measured_framework, -- key of its framework
    measured.backend as measured_backend, -- key of the framework it computes with; null where that is itself
    measured.mode as measured_mode, -- how it executes
    against.framework as against_framework, -- key of its framework
    against.backend as against_backend, -- key of the framework it computes with; null where that is itself
    against.mode as against_mode, -- how it executes
    pairs.workload, -- the workload's name
    pairs.size, -- small or full
    pairs.track, -- pinned (one core), all-cores or gpu
    pairs.division, -- matched (every knob alike) or as-shipped
    pairs.precision, -- fp32, tf32, bf16, or shipped
    groups.batch, -- samples a step
    pairs.ratio, -- time of measured over time of against
    pairs.low, -- low end of its 95 % interval
    pairs.high, -- high end of its 95 % interval
    pairs.method, -- how the interval was made: t over forks, bootstrap, or one-fork (over rounds alone)
    pairs.verdict, -- measured is faster, slower, indistinguishable, or undecided (a single fork)
    pairs.margin, -- a smaller ratio, or its inverse, is not called different
    pairs.aa_low, -- identical code against itself in the same rounds: low end of its 95 % interval
    pairs.aa_high, -- high end of the same
    pairs.boot_low, -- low end by resampling forks and rounds
    pairs.boot_high, -- high end of the same
    pairs.measured_s, -- seconds a step of measured
    pairs.against_s, -- seconds a step of against
    pairs.forks, -- fresh processes
    pairs.rounds, -- rounds that count
    measured_in.words as measured_environment, -- versions in words
    against_in.words as against_environment, -- versions in words
    groups.device, -- cpu or cuda
    groups.host_id, -- hash of all that is known of the machine
    groups.machine, -- the machine in words
    groups.origin, -- bundled, or the reader's own
    groups.measured_on -- day the run began
from staging.bench_summary_contrasts as pairs
inner join core.benchmark_groups as groups on groups.run = pairs.run and groups.group_id = pairs.group_id
inner join core.benchmark_stacks as measured
    on measured.run = pairs.run and measured.stack = coalesce(pairs.chosen, pairs.measured)
inner join core.benchmark_stacks as against on against.run = pairs.run and against.stack = pairs.against
left join staging.bench_environments as measured_in
    on measured_in.run = pairs.run and measured_in.environment_id = pairs.measured_environment
left join staging.bench_environments as against_in
    on against_in.run = pairs.run and against_in.environment_id = pairs.against_environment
