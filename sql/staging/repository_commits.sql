-- Commits to the default branch of a repository by week; the latest fetch of a week wins.
-- grain: repository, week
-- audit: not_null(repository, week, commits), commits >= 0
-- warning: weeks of the source begin on Sunday; the newest one may still run
with
known as (
    select figures.*
    from raw.repository_commits as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.week <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, week order by fetched_at desc, source, payload_sha256, commits desc
    ) = 1
)
select
    repository,
    week, -- as sent: the source's weeks begin on Sunday
    commits,
    source,
    fetched_at
from newest_fetch
