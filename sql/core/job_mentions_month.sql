-- Job postings that name a framework, by month, each population apart: published counts, and postings read one by one.
-- grain: population, framework, month
-- audit: not_null(population, framework, month, postings, postings_total), postings >= 0, postings_total >= postings
-- warning: never add populations; months that still ran at the last reading are left out
-- warning: of several terms of one framework the first in the catalogue counts, because one posting may name them all
with
name_terms as (
    select figures.*, names.framework, names.position
    from staging.job_mentions as figures
    inner join catalog.names as names on names.name = figures.term and names.kind = 'job_term'
),
pick_term as (
    select *
    from name_terms
    qualify row_number() over (partition by population, framework, month order by position) = 1
),
stack_countings as (
    select population, framework, month, postings, postings_total, source
    from pick_term
    union all
    select population, framework, month, postings, postings_total, source
    from core.job_postings_month
    where not is_partial
)
select
    population,
    framework,
    month,
    postings, -- 0 was measured
    postings_total,
    case
        when population like '%llm-fields%' then 'counted from fields that a language model extracted'
        when population like '%published%' then 'counted by the publisher'
        else 'counted from the full text'
    end as method,
    population like '%llm-fields%' as is_lower_bound, -- extracted fields lose about half of the mentions
    source
from stack_countings
