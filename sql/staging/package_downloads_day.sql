-- Downloads of a package by day, by one split at a time; the latest fetch of a day wins.
-- grain: package, day, split, category
-- audit: not_null(package, day, split, category, downloads), downloads >= 0
-- warning: with_mirrors holds without_mirrors: never add categories of the split overall, nor splits
-- warning: a day without a row is missing, not zero
with
known as (
    select figures.*
    from raw.package_downloads_day as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.day <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, day, split, category order by fetched_at desc, source, payload_sha256, downloads desc
    ) = 1
)
select
    project as package,
    day,
    split, -- overall, python_minor or system
    category,
    downloads,
    source,
    fetched_at
from newest_fetch
