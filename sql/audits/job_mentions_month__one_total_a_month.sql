-- All frameworks of one population and month are counted in the same postings.
select population, month, count(distinct postings_total) as totals
from core.job_mentions_month
group by population, month
having count(distinct postings_total) > 1
