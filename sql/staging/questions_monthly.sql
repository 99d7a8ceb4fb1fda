-- Questions that carry a tag, by month, each collection apart; the latest fetch of a month wins.
-- grain: population, tag, month
-- audit: not_null(population, tag, month, questions), questions >= 0
-- warning: never add populations; a question with several tags counts under each
with
known as (
    select figures.*
    from raw.questions_monthly as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and last_day(figures.month) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by population, tag, month order by fetched_at desc, source, payload_sha256, questions desc
    ) = 1
)
select
    population,
    tag,
    month,
    questions,
    is_partial,
    note,
    source,
    fetched_at
from newest_fetch
