-- Papers that use or name each framework by year, one collection beside the other.
-- grain: population, framework, year
-- audit: not_null(population, framework, year, papers, papers_total, share), share >= 0, share <= 1, low <= share
-- audit: share <= high
-- warning: the two collections measure different things and must not be added
-- warning: conference totals of submissions are left out
select
    population, -- the collection that counted
    framework, -- key of the framework
    year, -- year of the papers
    papers, -- papers counted for the framework
    papers_total, -- papers looked at
    share, -- papers by papers_total (0 to 1)
    low, -- lower end of the 90 % interval (Wilson)
    high, -- upper end of the 90 % interval
    venues, -- venues summed
    is_partial, -- true where the year is not complete: see the warning of core.papers_year
    counting_rule, -- when a paper counts
    note, -- what the collection says about the year
    source -- where the figure was read
from core.papers_year
