-- Runs of the timing runner with their machine in words, how they ended, and those that evidence rests on.
-- One run is chosen on processors and one on GPUs, so that no figure mixes two machines: a run of at least three forks
-- (the median over its cells: a run cut short has one or two in some) goes before one of two, whose intervals are wide,
-- and that before one without an interval; then the run with most frameworks, then the higher tier, then the one with
-- most workloads (a run of a few that were named would leave the others without a figure), then the newest. Whose run it
-- is does not matter. The main precision is TF32 where that was timed, which is what single precision comes to on a GPU,
-- else single precision.
-- grain: run
-- audit: not_null(run, short_run, started_on, machine, ending, main_precision, is_newest, is_chosen)
-- warning: a run of stacks that are no framework of the catalogue has no row
with
count_frameworks as (
    select
        stacks.run,
        count(distinct case when cells.status = 'ok' and cells.division = 'matched' then stacks.framework end)
            as frameworks,
        count(distinct case when cells.status = 'ok' and cells.division = 'matched' then cells.workload end)
            as workloads,
        coalesce(
            median(case when cells.status = 'ok' and cells.division = 'matched' then cells.forks end), 0
        ) as usual_forks,
        bool_or(cells.status = 'ok' and cells.division = 'matched' and cells.precision = 'tf32') as has_tf32
    from core.benchmark_stacks as stacks
    left join staging.bench_summary_cells as cells on cells.run = stacks.run and cells.stack = stacks.stack
    group by stacks.run
),
sum_sessions as (
    select
        run,
        count(*) as sessions,
        sum(elapsed_s) as elapsed_s,
        max(session) as last_session
    from staging.bench_sessions
    group by run
),
name_machines as (
    select
        runs.*,
        counts.frameworks,
        counts.usual_forks,
        counts.workloads,
        case when coalesce(counts.has_tf32, false) then 'tf32' else 'fp32' end as main_precision,
        coalesce(nullif(runs.cpu, ''), 'unknown processor')
        || case
            when runs.cores_allowed is null then ''
            when runs.cores_allowed = 1 then ', 1 core'
            else ', ' || runs.cores_allowed || ' cores'
        end
        || case
            when runs.cores_online > runs.cores_allowed then ' of ' || runs.cores_online
            else ''
        end
        || case
            when runs.memory_bytes is null then ''
            else ', ' || cast(round(runs.memory_bytes / 1073741824.0) as bigint) || ' GiB'
        end
        || case
            when runs.gpu_name is null then ''
            else ', ' || runs.gpu_name
                || coalesce(' with ' || cast(round(runs.gpu_memory_bytes / 1073741824.0) as bigint) || ' GiB', '')
        end
        || coalesce(', ' || runs.system, '') as machine,
        case runs.tier when 'full' then 3 when 'standard' then 2 when 'smoke' then 1 else 0 end as tier_rank
    from staging.bench_runs as runs
    inner join count_frameworks as counts on counts.run = runs.run
),
rank_runs as (
    select
        *,
        row_number() over (
            partition by machine, device, origin order by started_at desc, run
        ) as newness,
        row_number() over (
            partition by device
            order by -least(usual_forks, 3), frameworks desc, tier_rank desc, workloads desc, started_at desc, run
        ) as choice
    from name_machines
)
select
    runs.run,
    left(runs.run, 8) as short_run,
    runs.started_at,
    cast(runs.started_at as date) as started_on,
    runs.tier,
    runs.device,
    runs.machine,
    runs.cpu,
    runs.cores_allowed as cores,
    runs.cores_online,
    runs.memory_bytes,
    runs.gpu_name as gpu,
    runs.gpu_memory_bytes,
    runs.gpu_driver,
    coalesce(runs.system, 'unknown system') || coalesce(' ' || runs.kernel, '') || coalesce(' ' || runs.architecture, '')
        as system,
    runs.is_virtual,
    runs.host_id,
    runs.origin,
    case
        when endings.reason is not null then endings.reason
        else 'killed'
    end as ending,
    coalesce(sums.sessions, 0) as sessions,
    sums.elapsed_s,
    runs.units_planned,
    runs.frameworks,
    runs.main_precision,
    runs.foreign_limit,
    runs.steal_limit,
    runs.throttled_limit,
    runs.pressure_limit,
    runs.seed,
    runs.code,
    runs.newness = 1 as is_newest,
    runs.choice = 1 and runs.frameworks > 0 as is_chosen
from rank_runs as runs
left join sum_sessions as sums on sums.run = runs.run
left join staging.bench_sessions as endings on endings.run = runs.run and endings.session = sums.last_session
