-- The papers of all frameworks of a collection and year do not exceed the papers looked at.
select population, year, sum(papers) as papers, max(papers_total) as papers_total
from marts.papers_year
group by population, year
having sum(papers) > max(papers_total)
