-- Every data set a report can draw on: whether it is there, how fresh, from whom, on what terms, and what is lost
-- without it.
-- grain: dataset
-- audit: not_null(dataset, label, way, status, rows), rows >= 0
-- warning: a data set without rows is missing, not empty
with
stack_periods as (
    select 'package_downloads_30d' as dataset, last_day(month) as period_end from core.package_downloads_month
    union all
    select 'package_releases', released_on from staging.package_releases
    union all
    select 'repository_counters', observed_on from staging.repository_counters
    union all
    select 'repository_activity', last_day(month) from staging.repository_activity
    union all
    select 'questions_monthly', last_day(month) from staging.questions_monthly
    union all
    select 'questions_yearly', make_date(year, 12, 31) from staging.questions_yearly
    union all
    select 'survey_usage', make_date(year, 12, 31) from staging.survey_usage
    union all
    select 'papers', period_end from staging.papers
    union all
    select 'job_mentions', last_day(month) from staging.job_mentions
    union all
    select 'search_interest', period_start from staging.search_interest
),
count_rows as (
    select dataset, max(period_end) as newest_period, count(*) as figures
    from stack_periods
    group by dataset
),
read_pulls as (
    select
        dataset,
        max(case when status = 'ok' then fetched_at end) as last_success_at,
        arg_max(status, fetched_at) as last_status
    from staging.pulls
    group by dataset
),
age_datasets as (
    select
        datasets.*,
        pulls.last_success_at,
        pulls.last_status,
        counts.newest_period,
        coalesce(counts.figures, 0) as figures,
        date_diff('day', counts.newest_period, edition.as_of) as age_days
    from catalog.datasets as datasets
    left join count_rows as counts on counts.dataset = datasets.dataset
    left join read_pulls as pulls on pulls.dataset = datasets.dataset
    cross join catalog.edition as edition
),
judge_datasets as (
    select
        *,
        case
            when figures > 0 and age_days <= fresh_days then 'ok'
            when figures > 0 then 'stale'
            when last_status is not null and last_status <> 'ok' then last_status
            when way in ('live', 'runner') and last_status is null then 'not_configured'
            else 'no_data'
        end as status
    from age_datasets
)
select
    health.dataset, -- key of the data set
    health.label, -- its name
    health.way, -- how it arrives: bundled, import, live or runner
    health.status, -- ok, stale, no_data, not_configured, or how the last attempt failed
    health.last_success_at, -- when it was last read (UTC)
    health.newest_period, -- last day its newest figure is for
    cast(health.figures as bigint) as rows, -- figures known
    health.age_days, -- days from the newest figure to the edition
    health.fresh_days, -- older than this is stale
    case when health.figures = 0 then health.without end as missing, -- what is lost; null where there are figures
    terms.origin, -- where it is from
    terms.licence, -- licence as stated there
    terms.attribution, -- how to name it
    terms.period, -- the time it covers
    terms.granularity, -- one figure is for
    terms.caveats -- what a reader must know
from judge_datasets as health
left join catalog.terms as terms on terms.dataset = health.dataset
