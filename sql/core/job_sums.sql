-- Job postings that name a framework, summed over calendar years, over the last twelve months, over 2015 to 2018, and
-- over all months of a population.
-- The interval is Wilson's score interval (Wilson 1927, JASA 22), 90 %.
-- grain: population, framework, span
-- audit: not_null(population, framework, span, postings, postings_total, share), share >= 0, share <= 1, low <= share
-- audit: share <= high
-- warning: companies repost every month, so postings are not independent and the intervals are too narrow
with
date_months as (
    select *, max(month) over (partition by population) as newest_month
    from core.job_mentions_month
),
stack_spans as (
    select *, cast(extract(year from month) as varchar) as span from date_months
    union all
    select *, 'last 12 months' as span from date_months where date_diff('month', month, newest_month) < 12
    union all
    select *, '2015 to 2018' as span from date_months where extract(year from month) between 2015 and 2018
    union all
    select *, 'all months' as span from date_months
),
sum_spans as (
    select
        population,
        framework,
        span,
        min(month) as first_month,
        max(month) as last_month,
        count(*) as months,
        sum(postings) as postings,
        sum(postings_total) as postings_total,
        max(newest_month) as newest_month,
        min(method) as method,
        bool_or(is_lower_bound) as is_lower_bound,
        min(source) as source
    from stack_spans
    group by population, framework, span
    having sum(postings_total) > 0
),
score_interval as (
    select
        *,
        cast(postings as double) / postings_total as share,
        (cast(postings as double) / postings_total + 2.7055434 / (2 * postings_total))
        / (1 + 2.7055434 / postings_total) as centre,
        1.6448536 / (1 + 2.7055434 / postings_total) * sqrt(
            cast(postings as double) / postings_total * (1 - cast(postings as double) / postings_total) / postings_total
            + 2.7055434 / (4.0 * postings_total * postings_total)
        ) as reach
    from sum_spans
)
select
    population,
    framework,
    span, -- a year, 'last 12 months', '2015 to 2018' or 'all months'
    first_month,
    last_month,
    months, -- months measured
    cast(postings as bigint) as postings,
    cast(postings_total as bigint) as postings_total,
    share,
    least(greatest(centre - reach, 0), share) as low,
    greatest(least(centre + reach, 1), share) as high,
    newest_month, -- of the whole population
    method,
    is_lower_bound,
    source
from score_interval
