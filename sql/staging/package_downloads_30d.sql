-- Downloads of one package over about thirty days, one published list after another; the latest fetch of a list wins.
-- grain: as_of, package
-- audit: not_null(as_of, package, downloads), downloads >= 0
-- warning: BigQuery lists count the 30 days before as_of, ClickHouse lists the previous calendar month
-- warning: a package below the list is absent, not zero
with
known as (
    select figures.*
    from raw.package_downloads_30d as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.as_of <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by as_of, project order by fetched_at desc, source, payload_sha256, downloads_30d desc
    ) = 1
)
select
    as_of, -- day the list was published
    project as package,
    downloads_30d as downloads,
    rank,
    list_size,
    backend,
    source,
    fetched_at
from newest_fetch
