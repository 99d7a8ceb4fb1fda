-- What GitHub says of a repository on a day: its number, its birthday, its counters; the latest fetch of a day wins.
-- grain: repository, observed_on
-- audit: not_null(repository, repository_id, observed_on, created_on, stars), stars >= 0
-- warning: a renamed repository keeps its repository_id; open_issues_and_pulls counts pull requests too
with
known as (
    select figures.*
    from raw.repository_facts as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.observed_on <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, observed_on order by fetched_at desc, source, payload_sha256, stars desc
    ) = 1
)
select
    repository,
    repository_id,
    observed_on,
    created_on,
    pushed_at,
    stars,
    forks,
    watchers,
    open_issues_and_pulls,
    open_issues,
    open_pulls,
    is_archived,
    source,
    fetched_at
from newest_fetch
