-- Stars given to a repository on a day; the latest fetch of a day wins.
-- grain: repository, day
-- audit: not_null(repository, day, stars_gained), stars_gained >= 0
-- warning: stars taken back are not subtracted, so gains do not sum to the counter; a day without a row was not read
with
known as (
    select figures.*
    from raw.star_gains as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.day <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, day order by fetched_at desc, source, payload_sha256, stars_gained desc
    ) = 1
)
select
    repository,
    day,
    stars_gained,
    source,
    fetched_at
from newest_fetch
