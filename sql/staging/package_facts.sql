-- What the newest release of a package says of itself; the latest fetch of a release wins.
-- grain: package, version
-- audit: not_null(package, version, classifiers)
-- warning: written by the package's own authors
with
known as (
    select figures.*
    from raw.package_facts as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and cast(figures.fetched_at as date) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, version order by fetched_at desc, source, payload_sha256, summary desc
    ) = 1
)
select
    project as package,
    version,
    summary,
    classifiers,
    keywords,
    source,
    fetched_at
from newest_fetch
