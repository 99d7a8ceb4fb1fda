-- Relative search interest of a framework by week: the median of all pulls, and how far they spread.
-- grain: framework, week, geo
-- audit: not_null(framework, week, geo, interest, pulls), interest >= 0, low <= interest, interest <= high
-- warning: an index within its scale, not a count; monthly series are left out
select
    framework,
    period as week,
    geo,
    interest,
    low, -- lowest pull less its rounding
    high, -- highest pull and its rounding
    pulls,
    is_partial,
    kind,
    scale,
    source
from core.search_interest_period
where span = 'week'
