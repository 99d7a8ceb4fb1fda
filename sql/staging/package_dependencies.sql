-- What a release declares to need; the latest fetch of a requirement wins.
-- grain: package, version, requirement, specifier, marker, extra
-- audit: not_null(package, version, requirement, specifier, marker, extra)
-- warning: declared, not installed: a marker may exclude it on every machine
with
known as (
    select figures.*
    from raw.package_dependencies as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and cast(figures.fetched_at as date) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, version, requirement, specifier, marker, extra
        order by fetched_at desc, source, payload_sha256, run_id
    ) = 1
)
select
    project as package,
    version,
    requirement,
    specifier,
    marker,
    extra,
    source,
    fetched_at
from newest_fetch
