-- New questions that carry a framework's tag, by month, each collection apart.
-- grain: population, framework, month
-- audit: not_null(population, framework, month, questions, is_partial), questions >= 0
-- audit: unanswered >= 0
-- warning: never add populations; unanswered may be read on another day than questions
-- warning: of several tags of one framework the first in the catalogue counts, because one question may carry them all
with
name_tags as (
    select figures.*, names.framework, names.position
    from staging.questions_monthly as figures
    inner join catalog.names as names on names.name = figures.tag and names.kind = 'question_tag'
),
pick_tag as (
    select *
    from name_tags
    qualify row_number() over (partition by population, framework, month order by position) = 1
)
select
    figures.population,
    figures.framework,
    figures.month,
    figures.tag,
    figures.questions,
    open_ones.unanswered,
    extract(day from last_day(figures.month)) as days,
    case
        when not figures.is_partial then cast(figures.questions as double) / extract(day from last_day(figures.month))
    end as questions_per_day,
    figures.is_partial,
    figures.note,
    figures.source
from pick_tag as figures
left join staging.questions_unanswered as open_ones
    on open_ones.population = figures.population
    and open_ones.tag = figures.tag
    and open_ones.month = figures.month
    and not open_ones.is_partial
