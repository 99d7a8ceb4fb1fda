-- A month is its first day, a week its Monday, and none begins after the edition.
with
stack_periods as (
    select 'downloads_month' as mart, month as period, cast(date_trunc('month', month) as date) as start
    from marts.downloads_month
    union all
    select 'questions_month', month, cast(date_trunc('month', month) as date) from marts.questions_month
    union all
    select 'activity_month', month, cast(date_trunc('month', month) as date) from marts.activity_month
    union all
    select 'stars_week', week, cast(date_trunc('week', week) as date) from marts.stars_week
    union all
    select 'downloads_installer_month', month, cast(date_trunc('month', month) as date) from marts.downloads_installer_month
    union all
    select 'issues_month', month, cast(date_trunc('month', month) as date) from marts.issues_month
    union all
    select 'job_postings_month', month, cast(date_trunc('month', month) as date) from marts.job_postings_month
    union all
    select 'star_gains_week', week, cast(date_trunc('week', week) as date) from marts.star_gains_week
    union all
    select 'page_views_week', week, cast(date_trunc('week', week) as date) from marts.page_views_week
    union all
    select 'search_interest_week', week, cast(date_trunc('week', week) as date) from marts.search_interest_week
)
select periods.mart, periods.period
from stack_periods as periods
cross join catalog.edition as edition
where periods.period <> periods.start or periods.period > edition.as_of
