-- Versions of a package with the day of their first file; the latest fetch of a version wins.
-- grain: package, version
-- audit: not_null(package, version, released_on)
-- warning: uploads of before mid-2017 may bear the date of an index migration; yanked versions are in
with
known as (
    select figures.*
    from raw.package_releases as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.first_upload <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, version order by fetched_at desc, source, payload_sha256, first_upload
    ) = 1
)
select
    project as package,
    version,
    first_upload as released_on,
    files,
    largest_wheel_bytes,
    source,
    fetched_at
from newest_fetch
