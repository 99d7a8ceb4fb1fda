-- Job postings that name a term, by month, each population apart; the latest fetch of a month wins.
-- grain: population, month, term
-- audit: not_null(population, month, term, postings, postings_total), postings >= 0, postings_total >= postings
-- warning: never add populations: they overlap or differ in whom they cover; a zero was measured, a missing row was not
with
known as (
    select figures.*
    from raw.job_mentions as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and last_day(figures.month) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by population, month, term order by fetched_at desc, source, payload_sha256, postings desc
    ) = 1
)
select
    population,
    month,
    term,
    postings,
    postings_total,
    source,
    fetched_at
from newest_fetch
