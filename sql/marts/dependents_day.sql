-- Packages and repositories that declare to need each framework, as seen on a day.
-- grain: framework, day
-- audit: not_null(framework, day, package), dependent_packages >= 0, dependent_repositories >= 0
-- warning: what is needed through another package is not seen; of several packages the one with the most dependents
select
    framework, -- key of the framework
    day, -- day of the reading
    package, -- the package counted for: of several the one with the most dependents
    packages, -- how many of its packages were read
    dependent_packages, -- packages that declare to need it; null where not told
    dependent_repositories, -- repositories that declare to need it; null where not told
    counted_on, -- day the service last counted
    source -- where the figure was read
from core.dependents_day
