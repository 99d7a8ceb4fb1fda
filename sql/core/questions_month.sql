-- New questions that carry a framework's tag, by month, each collection apart.
-- grain: population, framework, month
-- audit: not_null(population, framework, month, questions, is_partial), questions >= 0
-- warning: never add populations
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
    population,
    framework,
    month,
    tag,
    questions,
    extract(day from last_day(month)) as days,
    case
        when not is_partial then cast(questions as double) / extract(day from last_day(month))
    end as questions_per_day,
    is_partial,
    note,
    source
from pick_tag
