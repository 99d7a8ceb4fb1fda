-- Share of surveyed developers who say they used a framework, by survey, year and audience.
-- The interval is Wilson's score interval (Wilson 1927, JASA 22), 90 %, where the number of users is known.
-- grain: survey, population, year, audience, framework
-- audit: not_null(survey, population, year, audience, framework, share, base), share >= 0, share <= 1, low <= share
-- audit: share <= high
-- warning: bases and lists of options change between years; a framework that was not offered has no row
with
name_options as (
    select figures.*, names.framework, names.position
    from staging.survey_usage as figures
    inner join catalog.names as names on names.name = figures.technology and names.kind = 'survey_option'
    where figures.share_percent is not null or (figures.users is not null and figures.question_respondents > 0)
),
pick_option as (
    select *
    from name_options
    qualify row_number() over (partition by survey, population, year, audience, framework order by position) = 1
),
choose_base as (
    select
        *,
        users is not null and coalesce(question_respondents, 0) > 0 as is_counted,
        case
            when users is not null and question_respondents > 0 then cast(users as double) / question_respondents
            else share_percent / 100
        end as share
    from pick_option
),
score_interval as (
    select
        *,
        case when is_counted then
            (share + 2.7055434 / (2 * question_respondents)) / (1 + 2.7055434 / question_respondents)
        end as centre,
        case when is_counted then
            1.6448536 / (1 + 2.7055434 / question_respondents)
            * sqrt(
                share * (1 - share) / question_respondents
                + 2.7055434 / (4.0 * question_respondents * question_respondents)
            )
        end as reach
    from choose_base
),
state_base as (
    select *, case when is_counted then 'all respondents to the question' else base end as base_used
    from score_interval
)
select
    survey,
    population,
    year,
    audience,
    framework,
    share,
    case when is_counted then least(greatest(centre - reach, 0), share) end as low,
    case when is_counted then greatest(least(centre + reach, 1), share) end as high,
    users,
    question_respondents as respondents,
    base_used as base,
    coalesce(
        base_used <> lag(base_used) over (partition by survey, population, audience, framework order by year), false
    ) as is_base_changed,
    is_counted,
    share_percent / 100 as share_in_source,
    base as base_in_source,
    status,
    source
from state_base
