-- No population has more postings that name a framework than postings, and no year more than twelve months.
select population, framework, year, postings, postings_total, months
from marts.jobs_year
where postings > postings_total or months > 12
