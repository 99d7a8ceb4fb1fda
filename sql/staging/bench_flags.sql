-- Flags as each worker read them back after its work: a flag of a group of flags is named by both, group.flag.
-- grain: run, fork, member, flag
-- audit: not_null(run, fork, group_id, member, flag, value)
-- warning: a flag that a framework or a program does not have has no row; nor has a worker that never came to its end
with
list_flags as (
    select
        figures.run,
        figures.fork,
        figures.group_id,
        figures.member,
        cast(figures.resolved as json) as resolved,
        unnest(json_keys(figures.resolved)) as name
    from raw.bench_forks as figures
    inner join staging.bench_runs as runs
        on runs.run = figures.run
        and runs.request = figures.request
        and runs.payload_sha256 = figures.payload_sha256
        and runs.fetched_at = figures.fetched_at
),
read_values as (
    select *, json_extract(resolved, '$."' || name || '"') as content
    from list_flags
),
list_parts as (
    select *, unnest(json_keys(content)) as part
    from read_values
    where json_type(content) = 'OBJECT'
),
read_flags as (
    select run, fork, group_id, member, name as flag, json_extract_string(content, '$') as value
    from read_values
    where json_type(content) <> 'OBJECT'
    union all
    select
        run,
        fork,
        group_id,
        member,
        name || '.' || part,
        json_extract_string(content, '$."' || part || '"')
    from list_parts
)
select
    run,
    fork,
    group_id,
    member,
    flag, -- as the worker names it: device, precision, optimizer.epsilon
    value -- as it reads: a name, a number, true or false
from read_flags
where value is not null
