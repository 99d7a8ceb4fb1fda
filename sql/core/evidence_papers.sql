-- Figures of evidence from the papers: share in the newest complete year, its growth over three years, the share at
-- conferences, and the share among all papers that name any framework.
-- The ratio's interval is Katz's log interval (Katz et al. 1978, Biometrics 34), 90 %; half a paper is added
-- everywhere when a count is zero (Walter 1975).
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: partial years are left out; small samples
with
map_populations as (
    select *
    from (
        values
        ('paper_share', 'papers_with_code_sample'),
        ('paper_share_conferences', 'conference_mentions'),
        ('paper_share_openalex', 'openalex')
    ) as mapping (metric, population)
),
pick_year as (
    select mapping.metric, figures.*
    from core.papers_year as figures
    inner join map_populations as mapping on mapping.population = figures.population
    where not figures.is_partial
    qualify dense_rank() over (partition by mapping.metric order by figures.year desc) = 1
),
pair_years as (
    select
        now.framework,
        now.population,
        now.year,
        now.period_end,
        now.papers,
        now.papers_total,
        before.papers as papers_before,
        before.papers_total as papers_total_before,
        case when now.papers = 0 or before.papers = 0 then 0.5 else 0 end as added
    from pick_year as now
    inner join core.papers_year as before
        on before.population = now.population and before.framework = now.framework and before.year = now.year - 3
    where now.metric = 'paper_share' and now.papers + before.papers > 0
),
compare_years as (
    select
        *,
        ((papers + added) / (papers_total + added))
        / ((papers_before + added) / (papers_total_before + added)) as ratio,
        1.6448536 * sqrt(
            1.0 / (papers + added) - 1.0 / (papers_total + added)
            + 1.0 / (papers_before + added) - 1.0 / (papers_total_before + added)
        ) as reach
    from pair_years
),
stack_figures as (
    select
        metric,
        framework,
        share as value,
        low,
        high,
        period_end,
        papers_total as n,
        papers || ' of ' || papers_total
        || case
            when population = 'openalex' then ' papers that name any of them in '
            when venues > 1 then ' papers at ' || venues || ' conferences of '
            else ' papers sampled of '
        end
        || year || coalesce(': ' || counting_rule, '') || coalesce('; ' || note, '') as note,
        population
    from pick_year
    union all
    select
        'paper_share_growth',
        framework,
        ratio,
        ratio * exp(-reach),
        ratio * exp(reach),
        period_end,
        papers_total + papers_total_before,
        papers || ' of ' || papers_total || ' in ' || year || ' against ' || papers_before || ' of '
        || papers_total_before || ' in ' || (year - 3)
        || case when added > 0 then '; half a paper added everywhere because a count is zero' else '' end,
        population
    from compare_years
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    period_end as as_of,
    n, -- papers looked at
    cast(null as varchar) as spread, -- null: the metric's own
    note,
    population -- the collection
from stack_figures
