-- Stars given to a framework's repository by week, as its host recorded them.
-- grain: framework, week
-- audit: not_null(framework, week, repository, stars_given, days, is_partial), stars_given >= 0, days >= 1, days <= 7
-- warning: stars taken back are not subtracted; a renamed repository is one history: its names are never added
with
name_repositories as (
    select
        figures.*,
        names.framework,
        names.position,
        cast(date_trunc('week', figures.day) as date) as week
    from staging.star_gains as figures
    inner join catalog.names as names on names.name = figures.repository and names.kind = 'repository'
),
pick_name as (
    select *
    from name_repositories
    qualify row_number() over (partition by framework, day order by position) = 1
)
select
    framework,
    week, -- its Monday
    min(repository) as repository,
    sum(stars_gained) as stars_given,
    count(*) as days, -- days read
    -- the day of the reading was not over yet
    count(*) < 7 or max(cast(fetched_at as date)) <= max(day) as is_partial,
    max(day) as last_day,
    min(source) as source
from pick_name
group by framework, week
