-- Issues and pull requests of a framework's repository by month, apart from each other.
-- grain: framework, kind, month
-- audit: not_null(framework, kind, month, repository, is_lower_bound, is_partial), opened >= 0, closed >= 0
-- audit: median_days_to_close >= 0
-- warning: what is closed in a month was mostly opened before; robots open and close too
with
name_repositories as (
    select figures.*, names.framework, names.position
    from staging.issue_flow as figures
    inner join catalog.names as names on names.name = figures.repository and names.kind = 'repository'
),
pick_name as (
    select *
    from name_repositories
    qualify row_number() over (partition by framework, kind, month order by position) = 1
)
select
    framework,
    kind,
    month,
    repository,
    opened,
    closed,
    case when not is_partial then cast(opened as double) / extract(day from last_day(month)) end as opened_per_day,
    median_hours_to_close / 24 as median_days_to_close,
    closed_sampled,
    is_lower_bound,
    is_partial,
    source
from pick_name
