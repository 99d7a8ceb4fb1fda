-- GitHub's counters of a repository as seen on a day; the latest fetch of a day wins.
-- grain: repository, observed_on
-- audit: not_null(repository, observed_on, stars), stars >= 0
-- warning: days without a row were not observed; open_issues_and_pulls counts pull requests too
with
known as (
    select figures.*
    from raw.repository_counters as figures
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
    observed_on,
    stars,
    forks,
    open_issues_and_pulls,
    source,
    fetched_at
from newest_fetch
