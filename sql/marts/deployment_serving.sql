-- Artefacts put to runtimes in fresh processes: answers, latency, and a small server under load.
-- grain: workload, stack, format, runtime
-- audit: not_null(workload, stack, format, runtime, framework, language, status, reason, other_status, run, machine)
-- audit: p50_s <= p90_s, p90_s <= p99_s
-- audit: p50_low_s <= p50_high_s, p50_low_s is null or processes >= 2
-- warning: runtime is empty where none is known that needs no interpreter; latencies are of one machine and one core
with
spread_processes as (
    select
        *,
        case when p50_s is not null then coalesce(len(process_p50_s), 1) end as processes,
        list_avg(list_transform(process_p50_s, lambda seconds: ln(seconds))) as log_p50,
        list_stddev_samp(list_transform(process_p50_s, lambda seconds: ln(seconds))) as log_spread
    from staging.probe_deployment_answers
),
span_processes as (
    select
        spreads.*,
        exp(spreads.log_p50 - quantiles.t * spreads.log_spread / sqrt(spreads.processes)) as p50_low_s,
        exp(spreads.log_p50 + quantiles.t * spreads.log_spread / sqrt(spreads.processes)) as p50_high_s
    from spread_processes as spreads
    left join core.t_quantiles as quantiles on quantiles.df = spreads.processes - 1
)
select
    figures.workload, -- the workload's name
    figures.stack, -- framework and backend in one word
    figures.format, -- the artefact's format
    figures.runtime, -- what loads it; empty where there is none to ask
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.language, -- what the answering process is written in
    figures.needs, -- the package whose library the runtime is part of; empty if it stands alone
    figures.status, -- answers, differs, failed, no-runtime, died, hung or not-run
    figures.reason, -- in words; empty if it answers
    figures.is_without_framework, -- the process could not have loaded the framework; null if none told
    figures.is_without_python, -- no interpreter was in the process; null if none told
    figures.runtime_version, -- version of the runtime
    figures.load_seconds as load_s, -- from the file to a model that answers
    figures.max_abs, -- largest difference to the framework's own answer
    figures.max_rel, -- the same over the largest value
    figures.other_status, -- the same artefact at another batch: answers, differs, refused or not-run
    figures.other_reason, -- in words
    figures.latency_batch, -- samples a query
    figures.queries, -- queries of the single stream
    figures.p50_s, -- median latency, over the queries of all processes
    figures.p50_low_s, -- lower end of its 90 % interval, Student's t over processes' logarithms; null: of one process
    figures.p50_high_s, -- upper end
    figures.processes, -- processes that took a stream each; null without a latency
    figures.p90_s, -- 90 % took less
    figures.p99_s, -- 99 % took less
    figures.deprecation, -- warnings in which the runtime calls what was used deprecated
    loads.status as load_status, -- the server under load: ok, errors, failed or not-run; null: not this runtime's
    loads.reason as load_reason, -- in words
    loads.clients as load_clients, -- connections, each with one request at a time
    loads.requests as load_requests, -- answered as expected
    loads.errors as load_errors, -- not answered so
    loads.requests_per_second as load_requests_per_s, -- requests a second
    loads.p50_s as load_p50_s, -- median latency as the client sees it
    loads.p99_s as load_p99_s, -- 99 % took less
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from span_processes as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'deployment' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
left join staging.probe_deployment_loads as loads
    on loads.run = figures.run
    and loads.workload = figures.workload
    and loads.stack = figures.stack
    and loads.format = figures.format
    and loads.runtime = figures.runtime
