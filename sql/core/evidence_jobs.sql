-- Figures of evidence from job postings: shares in three populations, and growth on Hacker News.
-- Growth compares one population with itself where one covers both spans, at least 36 months of 2015 to 2018 and the
-- last twelve; else two populations that were counted alike from the full text.
-- The ratio's interval is Katz's log interval (Katz et al. 1978, Biometrics 34), 90 %; half a posting is added
-- everywhere when a count is zero (Walter 1975).
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of, population), value >= 0, low <= value, value <= high
-- warning: companies repost every month, so intervals are too narrow; populations are never added
with
map_populations as (
    select *
    from (
        values
        ('job_share_hn', 'hn-text-%', 'last 12 months'),
        ('job_share_hn_2018', 'hn-text-2015-2018', 'all months'),
        ('job_share_us_ds', 'jsearch-us-datascientist-%', 'last 12 months'),
        ('job_share_zh', 'ruanyf-zh-text-%', 'last 12 months')
    ) as mapping (metric, population_pattern, span)
),
pick_population as (
    select mapping.metric, figures.*
    from core.job_sums as figures
    inner join map_populations as mapping
        on figures.population like mapping.population_pattern and figures.span = mapping.span
    qualify dense_rank() over (
        partition by mapping.metric order by figures.newest_month desc, figures.population desc
    ) = 1
),
stack_earlier as (
    select framework, population, postings, postings_total, 1 as preference
    from core.job_sums
    where span = '2015 to 2018' and months >= 36
    union all
    select framework, population, postings, postings_total, 2
    from pick_population
    where metric = 'job_share_hn_2018'
),
pick_pair as (
    select
        now.framework,
        now.population,
        now.last_month,
        now.postings,
        now.postings_total,
        before.population as population_before,
        before.postings as postings_before,
        before.postings_total as postings_total_before
    from pick_population as now
    inner join stack_earlier as before
        on before.framework = now.framework
        and (before.population = now.population) = (before.preference = 1)
    where now.metric = 'job_share_hn'
    qualify dense_rank() over (order by before.preference) = 1
),
pair_counts as (
    select *, case when postings = 0 or postings_before = 0 then 0.5 else 0 end as added
    from pick_pair
    where postings + postings_before > 0
),
compare_counts as (
    select
        *,
        ((postings + added) / (postings_total + added))
        / ((postings_before + added) / (postings_total_before + added)) as ratio,
        1.6448536 * sqrt(
            1.0 / (postings + added) - 1.0 / (postings_total + added)
            + 1.0 / (postings_before + added) - 1.0 / (postings_total_before + added)
        ) as reach
    from pair_counts
),
stack_figures as (
    select
        metric,
        framework,
        share as value,
        low,
        high,
        last_month,
        postings_total as n,
        postings || ' of ' || postings_total || ' postings in ' || months
        || case when months = 1 then ' month' else ' months' end
        || ' (' || population || '); postings repeat each other, so the interval is too narrow' as note,
        population
    from pick_population
    union all
    select
        'job_growth_hn',
        framework,
        ratio,
        ratio * exp(-reach),
        ratio * exp(reach),
        last_month,
        postings_total + postings_total_before,
        postings || ' of ' || postings_total || ' now against ' || postings_before || ' of ' || postings_total_before
        || ' in 2015-2018'
        || case when added > 0 then '; half a posting added everywhere because a count is zero' else '' end
        || '; postings repeat each other, so the interval is too narrow',
        population
    from compare_counts
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    last_day(last_month) as as_of,
    n, -- postings looked at
    cast(null as varchar) as spread, -- null: the metric's own
    note,
    population -- whose postings
from stack_figures
