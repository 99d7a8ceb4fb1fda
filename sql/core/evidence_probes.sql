-- Figures of evidence from the probes, over the cells of core.probe_cells. The rule, fixed before any data:
-- a framework's figure is that of its default way (the shipped mode, on the backend that is taken without asking), and
-- its interval runs from the lowest low end to the highest high end of all ways it documents: which way a reader takes
-- is part of what is uncertain. Where the default way has no figure, the figure is the mean of the other ways.
-- Shares: Wilson's score interval over a way's cells (Wilson 1927, JASA 22), 90 %.
-- Lines, changes, latencies: geometric mean over the cells that every framework has; a way that lacks one is left out.
-- The interval is Student's t over cells, after what a cell does to all frameworks alike is taken out (Cousineau 2005,
-- Tutorials in Quantitative Methods for Psychology 1; Morey 2008, the same, 4): the same work is compared with itself.
-- Seconds of an import: geometric mean over processes, Student's t. Bytes: exact for a way.
-- Places of faults: each canonical fault that can be put in, in any style; a count over the whole list, without those
-- that only a GPU shows.
-- Running without a package: 1 when a training ran while that package could not be imported, 0 when every one failed.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of, note, is_withheld), value >= 0, low <= value, value <= high
-- warning: cells were chosen, not sampled: an interval says how far another choice of as many might move the figure
with
list_methods as (
    select *
    from (
        values
        ('lines_to_define', 'paired', 'workloads'), ('lines_to_train', 'paired', 'workloads'),
        ('change_cost', 'paired', 'changes'), ('export_latency', 'paired', 'workloads'),
        ('import_seconds', 'repeated', 'processes'), ('installed_bytes', 'exact', 'environments')
    ) as methods (metric, method, cell_words)
),
name_methods as (
    select
        cells.*,
        coalesce(
            methods.method, case when left(cells.metric, 13) = 'runs_without_' then 'any' else 'share' end
        ) as method,
        coalesce(methods.cell_words, 'cells') as cell_words,
        case when methods.method in ('paired', 'repeated') and cells.value > 0 then ln(cells.value) end as log_value
    from core.probe_cells as cells
    left join list_methods as methods on methods.metric = cells.metric
),
count_frameworks as (
    select metric, count(distinct framework) as frameworks
    from name_methods
    group by metric
),
average_cells as (
    -- a framework counts once, however many ways it has
    select metric, cell, count(*) as frameworks, avg(log_value) as log_mean
    from (
        select metric, cell, framework, avg(log_value) as log_value
        from name_methods
        where method = 'paired'
        group by metric, cell, framework
    ) as figures
    group by metric, cell
),
find_common as (
    select cells.metric, cells.cell, cells.log_mean, cells.frameworks
    from average_cells as cells
    inner join count_frameworks as counts
        on counts.metric = cells.metric and counts.frameworks = cells.frameworks
),
describe_common as (
    select
        metric,
        count(*) as cells,
        max(frameworks) as frameworks,
        string_agg(cell, ', ' order by cell) as cell_names
    from find_common
    group by metric
),
centre_cells as (
    select
        cells.metric,
        cells.framework,
        cells.stack,
        cells.is_default,
        cells.run,
        cells.probe,
        cells.method,
        cells.cell_words,
        cells.value,
        cells.log_value,
        case
            when common.frameworks > 1
                then (cells.log_value - common.log_mean) * sqrt(common.frameworks / (common.frameworks - 1.0))
            else cells.log_value
        end as log_own
    from name_methods as cells
    left join find_common as common on common.metric = cells.metric and common.cell = cells.cell
    where cells.method <> 'paired' or common.cell is not null
),
sum_ways as (
    select
        metric,
        framework,
        stack,
        is_default,
        run,
        probe,
        method,
        cell_words,
        count(*) as cells,
        sum(value) as hits,
        avg(value) as mean,
        avg(log_value) as log_mean,
        stddev_samp(log_own) as log_spread
    from centre_cells
    group by metric, framework, stack, is_default, run, probe, method, cell_words
),
widen_ways as (
    select
        ways.*,
        common.cell_names,
        common.frameworks,
        case when ways.method in ('paired', 'repeated') then exp(ways.log_mean) else ways.mean end as value,
        (ways.mean + 2.7055434 / (2 * ways.cells)) / (1 + 2.7055434 / ways.cells) as centre,
        1.6448536 / (1 + 2.7055434 / ways.cells)
        * sqrt(
            ways.mean * (1 - least(ways.mean, 1)) / ways.cells + 2.7055434 / (4.0 * ways.cells * ways.cells)
        ) as reach,
        quantiles.t * ways.log_spread / sqrt(ways.cells) as log_reach
    from sum_ways as ways
    left join describe_common as common on common.metric = ways.metric
    left join core.t_quantiles as quantiles on quantiles.df = least(ways.cells - 1, 60)
    where ways.method <> 'paired' or ways.cells = common.cells
),
find_ends as (
    select
        *,
        case
            when method = 'share' then greatest(least(centre - reach, value), 0)
            when method in ('paired', 'repeated') then value * exp(-log_reach)
            else value
        end as low,
        case
            when method = 'share' then least(greatest(centre + reach, value), 1)
            when method in ('paired', 'repeated') then value * exp(log_reach)
            else value
        end as high,
        case method
            when 'share' then stack || ' '
                || case
                    when hits = round(hits) then cast(cast(hits as bigint) as varchar)
                    else cast(round(hits, 1) as varchar)
                end || ' of ' || cells
            else stack
        end as way_words
    from widen_ways
),
stack_ways as (
    select
        metric,
        framework,
        run,
        probe,
        method,
        cell_words,
        count(*) as ways,
        max(case when is_default then value end) as default_value,
        max(case when is_default then cells end) as default_cells,
        max(case when is_default then stack end) as default_way,
        max(value) as greatest_value,
        avg(value) as mean_value,
        max(cells) as most_cells,
        sum(cells) as all_cells,
        max(cell_names) as cell_names,
        max(frameworks) as frameworks,
        count(low) as ways_with_ends,
        min(low) as low,
        max(high) as high,
        min_by(stack, low) as lowest_way,
        max_by(stack, high) as highest_way,
        string_agg(way_words, ', ' order by stack) as way_words
    from find_ends
    group by metric, framework, run, probe, method, cell_words
),
choose_values as (
    select
        *,
        case when method = 'any' then greatest_value else coalesce(default_value, mean_value) end as value,
        case when method = 'any' then all_cells else coalesce(default_cells, most_cells) end as n,
        method in ('any', 'exact') and (method = 'any' or low = high) as is_exact,
        method in ('paired', 'repeated') and ways_with_ends < ways as is_withheld
    from stack_ways
),
count_places as (
    select
        names.framework,
        places.run,
        count(distinct places.fault) as faults,
        count(distinct case when places.can_exist then places.fault end) as places -- once, whatever the style
    from staging.probe_debugging_places as places
    inner join core.probe_units as units
        on units.run = places.run and units.probe = 'debugging' and units.unit = places.unit
    inner join core.probe_runs as runs on runs.run = places.run and runs.probe = 'debugging'
    inner join staging.probe_debugging_faults as faults on faults.run = places.run and faults.fault = places.fault
    inner join catalog.names as names on names.kind = 'package' and names.name = places.package
    where not runs.is_quick and faults.fault_device = ''
    group by names.framework, places.run
),
stack_figures as (
    select
        metric,
        framework,
        run,
        probe,
        value,
        case when not is_exact and not is_withheld then low end as low,
        case when not is_exact and not is_withheld then high end as high,
        n,
        is_withheld,
        case
            when method = 'any' then n || ' of its ways could tell (' || way_words || '): yes or no, no sampling error'
            when method = 'share' then way_words || '; ' || case
                when default_way is null then 'the mean of these'
                when ways = 1 then 'its one documented way'
                else default_way || ' is the way one gets without asking'
            end
            when method = 'exact' then case
                when is_exact then 'counted in a fresh environment (' || way_words || '): no sampling error'
                else 'of ' || coalesce(default_way, 'the mean of its ways') || ', the least and the most of '
                    || way_words
            end
            when cell_words = 'processes' then n || ' fresh processes of ' || coalesce(default_way, 'each way')
            when n = 1 then cell_names || ' alone, in ' || coalesce(default_way, way_words)
            else 'geometric mean over ' || n || ' ' || cell_words || ' (' || cell_names || ') in '
                || coalesce(default_way, way_words)
        end
        || case
            when is_withheld then '; a single one has no interval: kept out of rankings and verdicts'
            when is_exact or method in ('any', 'exact') then ''
            when ways > 1 and lowest_way = highest_way
                then '; the interval is that of ' || lowest_way || ', which holds those of its other ways'
            when ways > 1 then '; from the low end of ' || lowest_way || ' to the high end of ' || highest_way
                || ': the way a reader takes is part of what is uncertain'
            else ''
        end
        || case
            when method = 'share' then '; cells were chosen, not sampled'
            when method = 'paired' and frameworks > 1 and not is_withheld
                then '; what one of these does to all frameworks alike is not in the interval'
            else ''
        end as words
    from choose_values
    union all
    select
        'fault_places',
        framework,
        run,
        'debugging',
        places,
        null,
        null,
        faults,
        false,
        places || ' of ' || faults
        || ' canonical faults can be put in, each counted once: the whole list, no sampling error'
    from count_places
)
select
    figures.metric,
    figures.framework,
    cast(figures.value as double) as value,
    cast(figures.low as double) as low,
    cast(figures.high as double) as high,
    runs.measured_on as as_of,
    cast(figures.n as bigint) as n, -- cells of the default way
    cast(null as varchar) as spread, -- null: the metric's own
    figures.is_withheld,
    figures.words || '; run ' || runs.short_run || ' (' || runs.origin || ') of ' || runs.measured_on || ' on '
    || runs.machine as note
from stack_figures as figures
inner join core.probe_runs as runs on runs.run = figures.run and runs.probe = figures.probe
