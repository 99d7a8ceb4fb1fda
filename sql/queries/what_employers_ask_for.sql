-- What did employers ask for, year by year, in one population? Never add populations: change the name instead.
select
    year,
    framework,
    postings,
    postings_total,
    round(share, 4) as share,
    round(low, 4) as low,
    round(high, 4) as high,
    months
from marts.jobs_year
where population = 'ruanyf-zh-text-2019-2026'
order by year, share desc
