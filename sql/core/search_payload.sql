-- Every reply with search interest, numbered. The official figures of one day are on one scale, whatever request they
-- came by: they are one pull. Every other reply is a pull of its own.
-- grain: request, fetched_at, payload_sha256
-- audit: not_null(request, fetched_at, payload_sha256, pull, label)
-- warning: the numbers are those of one build
with
list_payloads as (
    select request, fetched_at, payload_sha256, min(source) as source, min(kind) = 'official' as is_official
    from staging.search_interest
    group by request, fetched_at, payload_sha256
)
select
    request,
    fetched_at,
    payload_sha256,
    source,
    is_official,
    dense_rank() over (
        order by
            case when is_official then cast(fetched_at as date) else fetched_at end,
            is_official,
            case when is_official then '' else request end,
            case when is_official then '' else payload_sha256 end
    ) as pull,
    case when is_official then 'official API' else request end as question, -- the same for every pull of it
    case
        when is_official then 'official API on ' || cast(cast(fetched_at as date) as varchar)
        else request || ' on ' || cast(fetched_at as varchar) || ' (' || substr(payload_sha256, 1, 8) || ')'
    end as label
from list_payloads
