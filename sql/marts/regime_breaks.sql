-- Breaks in what a source captures: all its series together collapse or jump against their own history and against
-- sibling sources.
-- grain: dataset, source, population, since
-- audit: not_null(dataset, source, population, since, cadence, direction, factor, found_after, is_active), factor > 0
-- warning: gradual change is no break; a source without enough history is not watched yet
select
    dataset, -- key of the data set
    source, -- key of the source
    population, -- whose figures, where the data set has several that are never added; else `all`
    since, -- first day of the first period that was off
    cadence, -- day, week or month: the length of a period
    direction, -- collapse or jump
    exp(shift) as factor, -- the level after by the level before, beyond usual growth
    exp(siblings_shift) as siblings_factor, -- what sibling sources did meanwhile; null without any
    periods, -- periods in a row that were off
    found_after, -- periods until it was sure
    entities, -- series behind it, at least
    exp(shift_now) as factor_now, -- the newest level by the level before; null where none is left to compare
    is_active -- true while the level has not returned: figures of the source are bounds and kept out of rankings
from core.regime_breaks
