-- Figures of evidence from the developer surveys: the newest year of the publisher's own count, all audiences.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, value <= 1, low <= value, value <= high
-- warning: those who answer a survey are not a sample of all developers: the interval covers chance alone
with
map_populations as (
    select *
    from (values ('survey_share', 'so_survey_%', 'all')) as mapping (metric, population_pattern, audience)
),
pick_year as (
    select mapping.metric, figures.*
    from core.survey_year as figures
    inner join map_populations as mapping
        on figures.population like mapping.population_pattern and figures.audience = mapping.audience
    where figures.is_counted
    qualify dense_rank() over (partition by mapping.metric order by figures.year desc, figures.population desc) = 1
)
select
    metric,
    framework,
    share as value,
    low,
    high,
    make_date(year, 12, 31) as as_of,
    respondents as n, -- respondents
    cast(null as varchar) as spread, -- null: the metric's own
    survey || ' ' || year || ', ' || users || ' of ' || respondents || ' respondents to the question (' || status
    || '); who answers is not a random sample' as note
from pick_year
