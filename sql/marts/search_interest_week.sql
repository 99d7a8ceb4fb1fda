-- Search interest in each framework by week and place, as an index of the search engine. Empty until an export is
-- imported or read live.
-- grain: framework, week, geo
-- audit: not_null(framework, week, geo, interest), low <= interest, interest <= high
-- warning: an index within its request, from samples: not a count, and not comparable between requests
select
    framework, -- key of the framework
    week, -- Monday of the week
    geo, -- place; empty is worldwide
    interest, -- mean index of all pulls of that week
    low, -- lowest pull
    high, -- highest pull
    pulls, -- how often the week was read
    is_partial, -- true where the week was not over at any reading
    source -- where the figure was read
from core.search_interest_week
