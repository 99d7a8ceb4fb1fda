-- Figures of evidence from the question counts: questions of the newest complete year.
-- The interval is Byar's approximation to the exact Poisson limits (Breslow & Day 1987, vol. II, p. 69), 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: a year is complete when all twelve months are there and none is partial
with
map_populations as (
    select *
    from (values ('questions_last_year', 'so_tags_%')) as mapping (metric, population_pattern)
),
sum_years as (
    select
        mapping.metric,
        figures.population,
        figures.framework,
        extract(year from figures.month) as year,
        sum(figures.questions) as questions,
        count(figures.note) as months_noted
    from core.questions_month as figures
    inner join map_populations as mapping on figures.population like mapping.population_pattern
    where not figures.is_partial
    group by mapping.metric, figures.population, figures.framework, extract(year from figures.month)
    having count(*) = 12
),
pick_year as (
    select *
    from sum_years
    qualify dense_rank() over (partition by metric order by year desc, population desc) = 1
),
approximate_poisson as (
    select
        *,
        case
            when questions = 0 then 0
            else greatest(questions * power(1 - 1.0 / (9 * questions) - 1.6448536 / (3 * sqrt(questions)), 3), 0)
        end as low,
        (questions + 1) * power(1 - 1.0 / (9 * (questions + 1)) + 1.6448536 / (3 * sqrt(questions + 1)), 3) as high
    from pick_year
)
select
    metric,
    framework,
    cast(questions as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    make_date(cast(year as integer), 12, 31) as as_of,
    cast(questions as bigint) as n, -- questions
    cast(null as varchar) as spread, -- null: the metric's own
    'year ' || year || ' of ' || population || '; a question with several tags counts under each'
    || case
        when months_noted > 0 then '; ' || months_noted || ' of its months are marked as doubtful by the source'
        else ''
    end as note
from approximate_poisson
