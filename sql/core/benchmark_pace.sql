-- How quick the machine was in each fork of a workload's cells, by all stacks together: 1 is the workload's middle fork.
-- grain: run, group_id, fork
-- audit: not_null(run, group_id, fork, pace), pace > 0
-- warning: above 1 is slower; a fork that few stacks took is judged by those
with
time_members as (
    select
        blocks.run,
        blocks.group_id,
        blocks.phase,
        blocks.member,
        blocks.fork,
        median(blocks.seconds_per_step) as seconds_per_step
    from core.benchmark_blocks as blocks
    inner join core.benchmark_groups as groups on groups.run = blocks.run and groups.group_id = blocks.group_id
    where groups.purpose = 'cells' and groups.division = 'matched' and groups.track <> 'all-cores'
    group by blocks.run, blocks.group_id, blocks.phase, blocks.member, blocks.fork
),
hold_to_middle as (
    select
        run,
        group_id,
        fork,
        seconds_per_step / median(seconds_per_step) over (partition by run, group_id, phase, member) as pace
    from time_members
)
select
    run,
    group_id,
    fork,
    median(pace) as pace -- time a step over that of the middle fork, the middle of all stacks and phases
from hold_to_middle
group by run, group_id, fork
