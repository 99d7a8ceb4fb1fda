-- Downloads of a package by month and installer; of each month the latest fetch wins as a whole.
-- grain: package, month, installer
-- audit: not_null(package, month, installer, downloads, feed_until), downloads >= 0
-- warning: the running month is in: it reaches to feed_until only
-- warning: an installer without a row had no downloads in a month that has rows; a month without rows is missing
with
known as (
    select figures.*
    from raw.package_downloads_month as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.month <= edition.as_of
),
newest_fetch as (
    -- an installer that a later count no longer has is gone from it
    select *
    from known
    qualify dense_rank() over (
        partition by project, month order by fetched_at desc, source, request, payload_sha256
    ) = 1
),
newest_load as (
    select *
    from newest_fetch
    qualify row_number() over (partition by project, month, installer order by downloads desc) = 1
)
select
    project as package,
    month,
    installer, -- as sent
    downloads,
    feed_until, -- last day the feed had
    source,
    fetched_at
from newest_load
