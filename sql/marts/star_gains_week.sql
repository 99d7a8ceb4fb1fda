-- Stars given to each framework's repository by week, as GitHub's star history has them.
-- grain: framework, week
-- audit: not_null(framework, week, stars_given, days, is_partial), stars_given >= 0, days >= 1, days <= 7
-- warning: stars taken back are not subtracted, so these do not sum to the counter of marts.stars_week
select
    framework, -- key of the framework
    week, -- Monday of the week
    repository, -- the name it was asked for by
    cast(stars_given as bigint) as stars_given, -- stars given in the days read
    days, -- days of the week that were read
    cast(stars_given as double) / days as stars_given_per_day, -- stars given divided by the days read
    is_partial, -- true where not all seven days were read after they were over
    source -- where the figure was read
from core.star_gains_week
