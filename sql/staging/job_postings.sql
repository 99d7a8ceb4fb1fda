-- Job postings without their texts, each counted in the first month it was seen in; the latest fetch of a posting wins.
-- grain: population, posting_key
-- audit: not_null(population, posting_key, text_key, month, terms, required, first_fetched_at, fetched_at)
-- warning: never add populations; the same text may stand in several postings
-- warning: the running month is in: nothing fetched after the edition's day is
with
known as (
    select
        figures.*,
        min(figures.month) over (partition by figures.population, figures.posting_key) as first_month,
        min(figures.fetched_at) over (
            partition by figures.population, figures.posting_key, figures.terms
        ) as first_fetched_at
    from raw.job_postings as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.month <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by population, posting_key order by fetched_at desc, source, request, payload_sha256, text_key
    ) = 1
)
select
    population,
    posting_key,
    text_key, -- equal for equal texts
    employer_key, -- null where the posting names no employer
    first_month as month, -- an undated posting bears the month of each fetch: the first one counts
    terms, -- what the text names
    required, -- what it asks for as a must
    is_remote,
    salary_low,
    salary_high,
    salary_currency,
    salary_period,
    request,
    payload_sha256,
    source,
    first_fetched_at, -- when it was first found to name just these terms
    fetched_at
from newest_fetch
