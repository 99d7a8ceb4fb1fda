-- Time and throughput as the batch, the model or the data set grows, and the largest batch that fits.
-- grain: run, workload, sweep, knob, value, stack, phase
-- audit: not_null(run, workload, sweep, knob, value, stack, phase, framework, status, machine, origin, measured_on)
-- audit: sweep in ('batch', 'model', 'data', 'fit'), step_s > 0, low_s <= high_s
-- warning: the data set's sweep times reading through each framework's own loader, not training
-- warning: intervals are 95 %, over two fresh processes: wide
select
    groups.short_run as run, -- the run, by the first eight digits of its id
    sweeps.workload, -- the workload's name
    sweeps.sweep, -- batch, model, data, or fit: the largest batch that fits
    sweeps.knob, -- what grows: batch, one dimension of the model, or examples
    sweeps.value, -- how large it is
    sweeps.stack, -- framework, backend and mode in one word
    sweeps.phase, -- train, or load
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    stacks.mode, -- how it executes
    sweeps.size, -- small or full: where the other dimensions stand
    sweeps.track, -- pinned (one core), all-cores or gpu
    sweeps.batch, -- samples a step
    sweeps.status, -- ok, or why there is no figure; in fit the status of the first batch that did not run
    sweeps.reason, -- in words
    sweeps.step_s, -- seconds a step, or a batch read
    sweeps.low_s, -- low end of its 95 % interval
    sweeps.high_s, -- high end of its 95 % interval
    sweeps.samples_per_s, -- samples a second
    sweeps.batch / sweeps.high_s as samples_low, -- low end of its 95 % interval
    sweeps.batch / sweeps.low_s as samples_high, -- high end of its 95 % interval
    sweeps.largest, -- fit: the largest batch that ran
    groups.device, -- cpu or cuda
    groups.host_id, -- hash of all that is known of the machine
    groups.machine, -- the machine in words
    groups.origin, -- bundled, or the reader's own
    groups.measured_on -- day the run began
from staging.bench_summary_scaling as sweeps
inner join core.benchmark_groups as groups on groups.run = sweeps.run and groups.group_id = sweeps.group_id
inner join core.benchmark_stacks as stacks on stacks.run = sweeps.run and stacks.stack = sweeps.stack
