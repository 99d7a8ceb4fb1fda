-- Search interest in each framework by week and place, as an index of the search engine. Empty until an export is
-- imported or read live.
-- grain: framework, week, geo
-- audit: not_null(framework, week, geo, interest), low <= interest, interest <= high
-- warning: an index within its scale, from samples: not a count, and not comparable between scales
select
    framework, -- key of the framework
    week, -- Monday of the week
    geo, -- place; empty is worldwide
    interest, -- median index of all pulls of that week
    low, -- lowest pull, less its rounding
    high, -- highest pull, and its rounding
    pulls, -- how often the week was read
    is_partial, -- true where the week was not over at any reading
    source, -- where the figure was read
    kind, -- what was compared: topic, term (plain words) or official (plain words, the search engine's own API)
    scale -- the reading that all of the same scale are measured by; rows of two scales do not compare
from core.search_interest_week
