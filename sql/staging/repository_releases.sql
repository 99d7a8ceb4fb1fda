-- Releases that a repository's host lists; the latest fetch of a tag wins.
-- grain: repository, tag
-- audit: not_null(repository, tag, published_at, is_prerelease)
-- warning: a tag without a release has no row
with
known as (
    select figures.*
    from raw.repository_releases as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and cast(figures.published_at as date) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by repository, tag order by fetched_at desc, source, payload_sha256, published_at
    ) = 1
)
select
    repository,
    tag,
    published_at,
    is_prerelease,
    source,
    fetched_at
from newest_fetch
