-- How the newest pull of each source and data set went: the newest attempt of every request of its last twelve hours.
-- A request that failed and was answered later in the same pull was answered. Of what is left the gravest counts: a
-- limit, then an error, then a stale feed; one answer outweighs requests that had nothing to say.
-- grain: dataset, source
-- audit: not_null(dataset, source, last_attempt_at, last_status)
-- warning: a status says how it went, not whether there are figures: older ones stay
with
date_attempts as (
    select *, max(fetched_at) over (partition by dataset, source) as last_attempt_at
    from staging.pulls
),
pick_newest as (
    select
        *,
        case status
            when 'rate_limited' then 1 when 'error' then 2 when 'stale' then 3
            when 'ok' then 4 when 'no_data' then 5 else 6
        end as rank
    from date_attempts
    where fetched_at >= last_attempt_at - interval 12 hour
    qualify row_number() over (partition by dataset, source, request order by fetched_at desc, run_id desc, status) = 1
),
pick_gravest as (
    select *
    from pick_newest
    qualify row_number() over (partition by dataset, source order by rank, fetched_at desc, request) = 1
),
find_success as (
    select dataset, source, max(fetched_at) as last_success_at
    from staging.pulls
    where status = 'ok'
    group by dataset, source
)
select
    attempts.dataset,
    attempts.source,
    attempts.last_attempt_at,
    attempts.status as last_status,
    nullif(attempts.message, '') as last_message,
    successes.last_success_at
from pick_gravest as attempts
left join find_success as successes
    on successes.dataset = attempts.dataset and successes.source = attempts.source
