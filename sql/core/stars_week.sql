-- GitHub's counters of a framework's repository: the first observation of each week that has one.
-- grain: framework, week
-- audit: not_null(framework, week, observed_on, stars), stars >= 0, weeks_since_previous >= 1
-- warning: weeks without a row were not observed; a renamed repository is one repository: its names are never added
with
name_repositories as (
    select
        figures.*,
        names.framework,
        names.position,
        cast(date_trunc('week', figures.observed_on) as date) as week
    from staging.repository_counters as figures
    inner join catalog.names as names on names.name = figures.repository and names.kind = 'repository'
),
pick_first as (
    select *
    from name_repositories
    qualify row_number() over (partition by framework, week order by observed_on, position) = 1
),
compare_weeks as (
    select
        *,
        lag(stars) over (partition by framework order by week) as previous_stars,
        lag(observed_on) over (partition by framework order by week) as previous_observed_on,
        lag(week) over (partition by framework order by week) as previous_week
    from pick_first
)
select
    framework,
    week, -- its Monday
    repository,
    observed_on,
    stars,
    stars - previous_stars as stars_gained, -- since the previous observation
    date_diff('day', previous_observed_on, observed_on) as days_since_previous,
    cast(date_diff('day', previous_week, week) / 7 as integer) as weeks_since_previous,
    forks,
    open_issues_and_pulls,
    source
from compare_weeks
