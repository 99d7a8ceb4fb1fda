-- The health of each framework's companion libraries: when each was last released, and how often of late.
-- grain: framework, package
-- audit: not_null(framework, package, releases, releases_last_year, first_released_on, read_on, source)
-- audit: first_released_on <= last_released_on, idle_days >= 0, releases_last_year <= releases
-- warning: a companion that nobody read has no row, which is not the same as idle; releases say nothing of a library's worth
select
    companions.framework, -- key of the framework
    companions.package, -- name on the package index
    count(case when companions.is_stable then 1 end) as releases, -- versions, pre-releases left out
    count(
        case when companions.is_stable and companions.released_on > reading.read_on - interval 365 day then 1 end
    ) as releases_last_year, -- of those, in the 365 days to the day of reading
    min(companions.released_on) as first_released_on, -- day of the first file, pre-releases included
    max(case when companions.is_stable then companions.released_on end) as last_released_on, -- of the last that is no pre-release
    date_diff(
        'day', max(case when companions.is_stable then companions.released_on end), reading.read_on
    ) as idle_days, -- days from there to the day of reading
    reading.read_on, -- day up to which releases are known
    min(companions.source) as source -- where the figure was read
from core.companion_releases as companions
cross join core.releases_read as reading
group by companions.framework, companions.package, reading.read_on
