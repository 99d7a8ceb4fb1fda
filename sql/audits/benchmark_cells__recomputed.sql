-- Every cell's seconds a step follow from the blocks that count: the mean over forks of the median over rounds, in
-- logarithms. A cell that is not ok has no seconds.
with
find_groups as (
    select run, group_id, short_run, setting from core.benchmark_groups where purpose = 'cells'
),
average_rounds as (
    select
        groups.short_run as run,
        groups.setting,
        blocks.stack,
        blocks.phase,
        blocks.fork,
        median(ln(blocks.seconds_per_step)) as log_seconds
    from core.benchmark_blocks as blocks
    inner join find_groups as groups on groups.run = blocks.run and groups.group_id = blocks.group_id
    where not blocks.twin
    group by groups.short_run, groups.setting, blocks.stack, blocks.phase, blocks.fork
),
average_forks as (
    select run, setting, stack, phase, exp(avg(log_seconds)) as step_s
    from average_rounds
    group by run, setting, stack, phase
)
select cells.run, cells.setting, cells.stack, cells.phase, cells.status, cells.step_s, again.step_s as step_s_again
from marts.benchmark_cells as cells
left join average_forks as again
    on again.run = cells.run
    and again.setting = cells.setting
    and again.stack = cells.stack
    and again.phase = cells.phase
where (cells.status = 'ok' and (again.step_s is null or abs(again.step_s / cells.step_s - 1) > 1e-9))
    or (cells.status <> 'ok' and cells.step_s is not null)
