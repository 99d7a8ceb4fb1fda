-- Every attempt to read a source, successful or not, up to the edition's day.
-- grain: source, request, payload_sha256, dataset, fetched_at, status
-- audit: not_null(source, dataset, status, fetched_at)
-- warning: a pull without rows is a failure or an empty reply, never a zero
with
known as (
    select pulls.*
    from raw.pulls as pulls
    cross join catalog.edition as edition
    where pulls.source = 'snapshot' or pulls.fetched_at < edition.as_of + interval 1 day
),
newest_load as (
    select *
    from known
    qualify row_number() over (
        partition by source, request, payload_sha256, dataset, fetched_at, status order by run_id, rows desc
    ) = 1
)
select
    source,
    dataset,
    request,
    payload_sha256,
    status, -- ok, no_data, rate_limited, error, not_configured, stale
    rows,
    message,
    run_id,
    fetched_at
from newest_load
