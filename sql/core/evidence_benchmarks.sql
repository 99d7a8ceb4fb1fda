-- Figures of evidence from the timing runner: the chosen runs of core.benchmark_runs, and no others.
-- Rule, fixed before any data. Cells that count: every framework of the run has one of its documented ways there; a
-- speed-up, which compares a framework with itself alone, takes all cells of that framework. A way that lacks one of
-- those is left out, and the note says so. A way's figure is its geometric mean over the cells; a framework's is the
-- geometric mean over its ways. The interval runs from the lowest way's low end to the highest way's high end: which way
-- a reader takes is part of what is uncertain. A way's ends are the geometric means of its cells' 90 % intervals
-- (Student's t over forks), as if all cells erred the same way: rather too wide than too narrow.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of, note, is_withheld), value > 0, low <= value, value <= high
-- warning: of one machine; with a single fork there is no interval, and the figure is withheld
with
average_forks as (
    select
        metric,
        framework,
        stack,
        workload,
        phase,
        run,
        count(*) as forks,
        avg(log_value) as log_mean,
        stddev_samp(log_value) as log_spread
    from core.benchmark_forks
    group by metric, framework, stack, workload, phase, run
),
widen_cells as (
    select
        cells.*,
        quantiles.t * cells.log_spread / sqrt(cells.forks) as reach,
        case
            when cells.metric in ('compiled_speedup', 'compiled_speedup_gpu', 'recurrent_dynamic_speedup')
                then cells.framework
            else 'all'
        end as circle -- who must share the cells
    from average_forks as cells
    left join core.t_quantiles as quantiles on quantiles.df = least(cells.forks - 1, 60)
),
count_frameworks as (
    select metric, circle, count(distinct framework) as frameworks
    from widen_cells
    group by metric, circle
),
find_common as (
    select cells.metric, cells.circle, cells.workload, cells.phase
    from widen_cells as cells
    inner join count_frameworks as counts on counts.metric = cells.metric and counts.circle = cells.circle
    group by cells.metric, cells.circle, cells.workload, cells.phase, counts.frameworks
    having count(distinct cells.framework) = counts.frameworks
),
describe_common as (
    select
        metric,
        circle,
        count(*) as cells,
        count(distinct workload) as workloads,
        string_agg(distinct workload, ', ' order by workload) as workload_names
    from find_common
    group by metric, circle
),
average_ways as (
    select
        cells.metric,
        cells.circle,
        cells.framework,
        cells.stack,
        cells.run,
        count(*) as cells,
        min(cells.forks) as forks,
        avg(cells.log_mean) as log_mean,
        avg(cells.log_mean - cells.reach) as log_low,
        avg(cells.log_mean + cells.reach) as log_high
    from widen_cells as cells
    inner join find_common as common
        on common.metric = cells.metric
        and common.circle = cells.circle
        and common.workload = cells.workload
        and common.phase = cells.phase
    group by cells.metric, cells.circle, cells.framework, cells.stack, cells.run
),
judge_ways as (
    select
        ways.*,
        common.cells as cells_wanted,
        common.workloads,
        common.workload_names,
        ways.cells = common.cells as is_whole
    from average_ways as ways
    inner join describe_common as common on common.metric = ways.metric and common.circle = ways.circle
),
list_left_out as (
    select metric, framework, string_agg(stack, ', ' order by stack) as stacks
    from judge_ways
    where not is_whole
    group by metric, framework
),
average_frameworks as (
    select
        metric,
        framework,
        run,
        workloads,
        workload_names,
        count(*) as ways,
        string_agg(stack, ', ' order by stack) as way_names,
        min_by(stack, log_mean) as lowest_way,
        max_by(stack, log_mean) as highest_way,
        min(forks) as forks,
        avg(log_mean) as log_mean,
        min(log_low) as log_low,
        max(log_high) as log_high
    from judge_ways
    where is_whole
    group by metric, framework, run, workloads, workload_names
),
find_track as (
    select distinct run, track
    from core.benchmark_groups
    where track in ('pinned', 'gpu') and is_chosen
),
choose_ends as (
    select
        figures.*,
        left_out.stacks as left_out,
        figures.forks < 2 as is_withheld,
        exp(figures.log_mean) as value
    from average_frameworks as figures
    left join list_left_out as left_out
        on left_out.metric = figures.metric and left_out.framework = figures.framework
)
select
    figures.metric,
    figures.framework,
    figures.value,
    case when not figures.is_withheld then least(exp(figures.log_low), figures.value) end as low,
    case when not figures.is_withheld then greatest(exp(figures.log_high), figures.value) end as high,
    runs.started_on as as_of,
    figures.workloads as n, -- workloads
    cast(null as varchar) as spread, -- null: the metric's own
    figures.is_withheld,
    'run ' || runs.short_run || ' (' || runs.tier || ' tier, ' || runs.origin || ') of ' || runs.started_on || ' on '
    || runs.machine || ', ' || case tracks.track when 'gpu' then 'its GPU' else 'one core of it' end
    || '; ' || case
        when figures.workloads = 1 then 'one workload (' || figures.workload_names || ')'
        else 'geometric mean over ' || figures.workloads || ' workloads (' || figures.workload_names || ')'
    end
    || case
        when figures.ways = 1 then ', run in one way (' || figures.way_names || ')'
        else ' and over ' || figures.ways || ' ways to run it (' || figures.way_names || '); from the low end of '
            || figures.lowest_way || ' to the high end of ' || figures.highest_way
            || ': the way a reader takes is part of what is uncertain'
    end
    || case
        when figures.left_out is null then ''
        else '; left out, since not all of these ran: ' || figures.left_out
    end
    || case
        when figures.is_withheld then '; a single fork has no interval: kept out of rankings and verdicts'
        else ''
    end as note
from choose_ends as figures
inner join core.benchmark_runs as runs on runs.run = figures.run
left join find_track as tracks on tracks.run = figures.run
