-- How did papers move from one framework to the other? Shares by year in each collection, complete years only.
select
    population,
    year,
    framework,
    papers,
    papers_total,
    round(share, 3) as share,
    round(low, 3) as low,
    round(high, 3) as high
from marts.papers_year
where not is_partial
order by population, year, share desc
