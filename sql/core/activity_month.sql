-- Commits and committing people of a framework's repository by month.
-- grain: framework, month
-- audit: not_null(framework, month, commits, authors, is_partial), commits >= 0, authors >= 0
-- warning: a renamed repository is one history: the catalogue's first name wins, nothing is added up
with
name_repositories as (
    select figures.*, names.framework, names.position
    from staging.repository_activity as figures
    inner join catalog.names as names on names.name = figures.repository and names.kind = 'repository'
),
pick_name as (
    select *
    from name_repositories
    qualify row_number() over (partition by framework, month order by position) = 1
),
flag_partial as (
    select
        *,
        last_day(month) >= cast(fetched_at as date)
        or (source = 'snapshot' and month = max(month) over (partition by framework)) as is_partial
    from pick_name
)
select
    framework,
    month,
    repository,
    commits, -- merges left out
    authors, -- distinct e-mail addresses: one person may have several
    new_authors,
    is_partial, -- the newest bundled month: the day its history was read is not known
    source
from flag_partial
