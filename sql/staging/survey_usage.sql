-- What surveyed developers say they used, by year and audience; the latest fetch of a figure wins.
-- grain: survey, population, year, audience, technology
-- audit: not_null(survey, population, year, audience, technology)
-- warning: a technology without a row was not offered that year: missing, not zero
with
known as (
    select figures.*
    from raw.survey_usage as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and make_date(figures.year, 12, 31) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by survey, population, year, audience, technology
        order by fetched_at desc, source, payload_sha256, users desc
    ) = 1
)
select
    survey,
    population, -- which reading of the survey: the publisher's own file, or a quotation
    year,
    audience,
    technology,
    label_in_source,
    share_percent, -- as printed, of the base named in `base`
    question_respondents,
    users,
    base,
    status,
    source,
    fetched_at
from newest_fetch
