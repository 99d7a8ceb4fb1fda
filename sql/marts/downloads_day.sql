-- Downloads of each framework from the package index by day, mirrors left out. Some 180 days are kept at the source.
-- grain: framework, day
-- audit: not_null(framework, day, downloads, packages, is_partial), downloads >= 0
-- warning: weekends and holidays are lower: compare whole weeks; never spliced with marts.downloads_month
-- warning: automatic installs are in; downloads without a known installer are not
select
    framework, -- key of the framework
    day, -- day, UTC
    cast(downloads as bigint) as downloads, -- downloads of all its packages that have a figure
    packages, -- how many of its packages have a figure
    is_partial, -- true where a package has no figure, or the day was not over when it was read
    source -- where the figure was read
from core.downloads_day
