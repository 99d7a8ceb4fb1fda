-- Timed blocks that count, as seconds a step: those of rounds that the rule kept and every member finished.
-- grain: run, group_id, phase, fork, round, member
-- audit: not_null(run, group_id, phase, fork, round, member, stack, twin, seconds_per_step), seconds_per_step > 0
-- warning: rounds of one fork share its luck: average within a fork first
with
join_rounds as (
    select
        blocks.*,
        rounds.member_count,
        sum(case when list_contains(rounds.members, blocks.member) then 1 else 0 end) over (
            partition by blocks.run, blocks.group_id, blocks.phase, blocks.fork, blocks.round
        ) as members_done
    from staging.bench_blocks as blocks
    inner join staging.bench_rounds as rounds
        on rounds.run = blocks.run
        and rounds.group_id = blocks.group_id
        and rounds.phase = blocks.phase
        and rounds.fork = blocks.fork
        and rounds.round = blocks.round
    where rounds.kept
)
select
    blocks.run,
    blocks.group_id,
    blocks.phase,
    blocks.fork,
    blocks.round,
    blocks.member,
    members.stack,
    members.division,
    members.twin,
    blocks.wall_s / blocks.steps as seconds_per_step
from join_rounds as blocks
inner join staging.bench_members as members
    on members.run = blocks.run and members.group_id = blocks.group_id and members.member = blocks.member
where blocks.members_done = blocks.member_count
