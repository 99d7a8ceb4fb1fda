-- Commits and committing people of a repository by month, merges left out; the latest fetch of a month wins.
-- grain: repository, month
-- audit: not_null(repository, month, commits, authors), commits >= 0, authors >= 0
-- warning: authors are e-mail addresses, so one person may be several; the newest month of a history is partial
with
known as (
    select figures.*
    from raw.repository_activity as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and last_day(figures.month) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, month order by fetched_at desc, source, payload_sha256, commits desc
    ) = 1
)
select
    repository,
    month,
    commits,
    authors,
    new_authors,
    source,
    fetched_at
from newest_fetch
