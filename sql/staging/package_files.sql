-- Files of a release; the latest fetch of a release wins.
-- grain: package, version
-- audit: not_null(package, version, files, yanked_files), files >= 0
-- warning: files deleted from the index are not seen
with
known as (
    select figures.*
    from raw.package_files as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and cast(figures.fetched_at as date) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, version order by fetched_at desc, source, payload_sha256, files desc
    ) = 1
)
select
    project as package,
    version,
    files,
    sdist_bytes,
    yanked_files,
    requires_python,
    source,
    fetched_at
from newest_fetch
