-- The day up to which releases are known: when the package index was last read, or the edition's day if that is earlier.
-- grain: read_on
-- audit: not_null(read_on)
-- warning: one row, none where no releases were read
select least(min(edition.as_of), cast(max(readings.fetched_at) as date)) as read_on
from (
    -- a later reading that found nothing new leaves a pull and no rows
    select fetched_at from staging.pulls where dataset = 'package_releases' and status = 'ok'
    union all
    select fetched_at from staging.package_releases
) as readings
cross join catalog.edition as edition
having count(*) > 0
