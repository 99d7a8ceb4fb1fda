-- The papers of all frameworks of a collection and year do not exceed the papers looked at; where a paper may name
-- several frameworks, no framework's do.
select population, year, sum(papers) as papers, max(papers) as most_papers, max(papers_total) as papers_total
from marts.papers_year
group by population, year
having max(papers) > max(papers_total) or (population <> 'openalex' and sum(papers) > max(papers_total))
