-- Every data set a report can draw on and every source that feeds it: whether it answers, how fresh its figures are,
-- whether its level broke, on what terms it is used, and what is lost without it.
-- grain: source, dataset
-- audit: not_null(dataset, source, label, way, status, rows), rows >= 0
-- warning: a source without rows is missing, not empty; after a failed attempt the older figures stay
with
stack_periods as (
    select 'package_downloads_30d' as dataset, source, last_day(month) as period_end from core.package_downloads_month
    union all
    select 'package_releases', source, released_on from staging.package_releases
    union all
    select 'package_releases', source, cast(fetched_at as date) from staging.package_facts
    union all
    select 'repository_counters', source, observed_on from staging.repository_counters
    union all
    select 'repository_activity', source, last_day(month) from staging.repository_activity
    union all
    select 'questions_monthly', source, last_day(month) from staging.questions_monthly
    union all
    select 'questions_yearly', source, make_date(year, 12, 31) from staging.questions_yearly
    union all
    select 'survey_usage', source, make_date(year, 12, 31) from staging.survey_usage
    union all
    select 'papers', source, period_end from staging.papers
    union all
    select 'job_mentions', source, last_day(month) from staging.job_mentions
    union all
    select 'search_interest', source, period_start from staging.search_interest
    union all
    select 'huggingface', source, observed_on from staging.hub_models
    union all
    select 'github', source, observed_on from staging.repository_facts
    union all
    select 'github', source, day from staging.star_gains
    union all
    select 'github', source, last_day(month) from staging.issue_flow
    union all
    select 'github', source, cast(published_at as date) from staging.repository_releases
    union all
    select 'github', source, week from staging.repository_commits
    union all
    select 'github', source, observed_on from staging.repository_contributors
    union all
    select 'github', source, observed_on from staging.topic_repositories
    union all
    select 'downloads_recent', source, day from staging.package_downloads_day
    union all
    select 'downloads_by_installer', source, least(feed_until, last_day(month)) from staging.package_downloads_month
    union all
    select 'job_postings', source, cast(fetched_at as date) from staging.job_postings
    union all
    select 'page_views', source, day from staging.page_views_day
    union all
    select 'dependents', source, observed_on from staging.package_dependents
    union all
    select 'bench', 'bench', measured_on from marts.benchmark_cells where status = 'ok'
    union all
    select 'probes', 'probes', runs.measured_on
    from core.probe_cells as cells
    inner join core.probe_runs as runs on runs.run = cells.run and runs.probe = cells.probe
),
count_rows as (
    select
        periods.dataset,
        periods.source,
        max(least(periods.period_end, edition.as_of)) as newest_period,
        count(*) as figures
    from stack_periods as periods
    cross join catalog.edition as edition
    group by periods.dataset, periods.source
),
list_sources as (
    select datasets.*, sources.source
    from catalog.datasets as datasets
    inner join (
        select dataset, unnest(sources) as source from catalog.datasets
    ) as sources on sources.dataset = datasets.dataset
),
find_breaks as (
    select dataset, source, direction, min(since) as since
    from core.regime_breaks
    where is_active
    group by dataset, source, direction
),
describe_regimes as (
    select
        watched.dataset,
        watched.source,
        coalesce(
            max(breaks.direction || ' since ' || breaks.since),
            'steady'
        ) as regime
    from (select distinct dataset, source from core.regime_moves) as watched
    left join find_breaks as breaks on breaks.dataset = watched.dataset and breaks.source = watched.source
    group by watched.dataset, watched.source
),
age_sources as (
    select
        sources.*,
        pulls.last_success_at,
        pulls.last_attempt_at,
        pulls.last_status,
        pulls.last_message,
        counts.newest_period,
        coalesce(counts.figures, 0) as figures,
        sum(coalesce(counts.figures, 0)) over (partition by sources.dataset) as dataset_figures,
        date_diff('day', counts.newest_period, edition.as_of) as age_days,
        regimes.regime
    from list_sources as sources
    left join count_rows as counts on counts.dataset = sources.dataset and counts.source = sources.source
    left join core.source_pulls as pulls on pulls.dataset = sources.dataset and pulls.source = sources.source
    left join describe_regimes as regimes on regimes.dataset = sources.dataset and regimes.source = sources.source
    cross join catalog.edition as edition
),
judge_sources as (
    select
        *,
        case
            when last_status in ('rate_limited', 'error', 'stale') then last_status
            when last_status = 'not_configured' then 'not_configured'
            when figures > 0 and age_days <= fresh_days then 'ok'
            when figures > 0 then 'stale'
            when last_status is not null then 'no_data'
            when source = 'snapshot' or right(source, 7) = '_import' then 'no_data'
            else 'not_configured'
        end as status
    from age_sources
)
select
    health.dataset, -- key of the data set
    health.source, -- key of the source: a service, a file that is imported, the bundled snapshot, or the runner
    health.label, -- name of the data set
    health.way, -- how the data set arrives: bundled, import, live or runner
    health.status, -- ok, no_data, rate_limited, error, not_configured or stale (too old, or its feed stands still)
    health.last_success_at, -- when it last answered (UTC)
    health.last_attempt_at, -- when it was last asked (UTC); null: never
    health.last_status, -- how that went: of all requests of the newest pull the gravest
    health.last_message, -- why, where it did not go well
    health.newest_period, -- last day its newest figure is for
    cast(health.figures as bigint) as rows, -- figures known from this source; a newer source's figure takes the place
    health.age_days, -- days from the newest figure to the edition
    health.fresh_days, -- older than this is stale
    health.regime, -- steady, or collapse or jump since a day; null: too short to be watched
    case
        when health.dataset_figures = 0 then health.without
        when health.status = 'ok' then null
        when health.figures = 0 then 'what it adds to the other sources of: ' || health.without
        else 'figures after ' || health.newest_period || ' of: ' || health.without
    end as missing, -- what is lost; null where nothing is
    terms.origin, -- where it is from
    terms.licence, -- licence as stated there
    terms.attribution, -- how to name it
    terms.period, -- the time it covers
    terms.granularity, -- one figure is for
    terms.caveats -- what a reader must know
from judge_sources as health
left join catalog.terms as terms on terms.dataset = health.dataset and terms.source = health.source
