-- Packages and repositories that declare to need a package; the latest fetch of a day wins.
-- grain: package, observed_on
-- audit: not_null(package, observed_on), dependent_packages >= 0, dependent_repositories >= 0
-- warning: as of synced_at, which may lie before observed_on; null was not given
with
known as (
    select figures.*
    from raw.package_dependents as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.observed_on <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, observed_on order by fetched_at desc, source, payload_sha256, dependent_repositories desc
    ) = 1
)
select
    project as package,
    observed_on,
    dependent_packages,
    dependent_repositories,
    synced_at,
    source,
    fetched_at
from newest_fetch
