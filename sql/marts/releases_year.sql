-- Releases of each framework on the package index by year.
-- grain: framework, year
-- audit: not_null(framework, year, releases, prereleases), releases >= 0, prereleases >= 0
-- warning: post-releases mend a release and are not counted; yanked releases are
select
    framework, -- key of the framework
    cast(year as integer) as year, -- year of the first upload
    releases, -- final releases: no a, b, rc, dev or post in the version
    prereleases, -- pre-releases and development releases
    is_partial, -- true where the year was not over when the index was read
    source -- where the figure was read
from core.releases_year
