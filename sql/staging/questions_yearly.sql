-- Questions that carry a tag, by year, each collection apart; the latest fetch of a year wins.
-- grain: population, tag, year
-- audit: not_null(population, tag, year, questions), questions >= 0
-- warning: never add populations, nor years to the months of questions_monthly
with
known as (
    select figures.*
    from raw.questions_yearly as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and make_date(figures.year, 12, 31) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by population, tag, year order by fetched_at desc, source, payload_sha256, questions desc
    ) = 1
)
select
    population,
    tag,
    year,
    questions,
    is_partial,
    note,
    source,
    fetched_at
from newest_fetch
