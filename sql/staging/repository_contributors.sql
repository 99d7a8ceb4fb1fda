-- People who committed to a repository, as far as its host lists them; the latest fetch of a day wins.
-- grain: repository, observed_on
-- audit: not_null(repository, observed_on, contributors, commits, active_last_year, is_lower_bound)
-- warning: the host lists a hundred people at most: then it is a lower bound
with
known as (
    select figures.*
    from raw.repository_contributors as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.observed_on <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, observed_on order by fetched_at desc, source, payload_sha256, contributors desc
    ) = 1
)
select
    repository,
    observed_on,
    contributors,
    commits,
    active_last_year,
    is_lower_bound,
    source,
    fetched_at
from newest_fetch
