-- Job postings that name each framework, summed by year, one population beside the other.
-- grain: population, framework, year
-- audit: not_null(population, framework, year, postings, postings_total, share), share >= 0, share <= 1, low <= share
-- audit: share <= high
-- warning: never add populations; companies repost every month, so the intervals are too narrow; a zero was measured
select
    population, -- whose postings, and how they were counted
    framework, -- key of the framework
    cast(extract(year from last_month) as integer) as year, -- year of the postings
    postings, -- postings that name it
    postings_total, -- postings looked at
    share, -- postings by postings_total (0 to 1)
    low, -- lower end of the 90 % interval (Wilson)
    high, -- upper end of the 90 % interval
    months, -- months of the year that were measured
    months < 12 as is_partial, -- true where not all twelve months were measured
    is_lower_bound, -- true where the counting is known to miss about half of the mentions
    method, -- how a mention was counted
    first_month, -- first month measured
    last_month, -- last month measured
    source -- where the figure was read
from core.job_sums
where span not in ('last 12 months', '2015 to 2018', 'all months')
