-- Distinct employers that name a framework in the last twelve complete months of a population, and how often postings
-- that name it ask for it as a must.
-- grain: population, framework
-- audit: not_null(population, framework, employers, employers_total, postings, required, first_month, last_month)
-- audit: employers >= 0, employers_total >= employers, required >= 0, postings >= required
-- warning: postings that name no employer are in neither number of employers; never add populations
with
pick_months as (
    select *, max(month) over (partition by population) as newest_month
    from core.job_postings_month
    where not is_partial
),
sum_months as (
    select
        population,
        framework,
        min(month) as first_month,
        max(month) as last_month,
        sum(postings) as postings,
        sum(required) as required
    from pick_months
    where date_diff('month', month, newest_month) < 12
    group by population, framework
),
pick_postings as (
    select postings.population, postings.employer_key, postings.terms, sums.framework
    from staging.job_postings as postings
    inner join sum_months as sums
        on sums.population = postings.population and postings.month between sums.first_month and sums.last_month
    where postings.employer_key is not null
),
count_employers as (
    select
        postings.population,
        postings.framework,
        count(distinct postings.employer_key) as employers_total,
        count(distinct case when names.name is not null then postings.employer_key end) as employers
    from pick_postings as postings
    left join catalog.names as names
        on names.framework = postings.framework
        and names.kind = 'job_term'
        and list_contains(postings.terms, names.name)
    group by postings.population, postings.framework
)
select
    sums.population,
    sums.framework,
    sums.first_month,
    sums.last_month,
    coalesce(counts.employers, 0) as employers,
    coalesce(counts.employers_total, 0) as employers_total,
    cast(sums.postings as bigint) as postings,
    cast(sums.required as bigint) as required
from sum_months as sums
left join count_employers as counts on counts.population = sums.population and counts.framework = sums.framework
