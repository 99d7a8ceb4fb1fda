-- Every series whose level is watched for a break, one entity beside the other: packages, repositories, tags, articles,
-- libraries, or all postings of a population.
-- Periods are numbered so that neighbours differ by one. A declared break of catalog.breaks and a change of counting
-- begin another era: levels are compared within one era only.
-- grain: dataset, source, population, entity, n
-- audit: not_null(dataset, source, population, entity, cadence, era, n, period, value), value >= 0
-- warning: periods that still ran when they were read are left out
with
place_stars as (
    select
        repository,
        source,
        stars,
        observed_on,
        cast(date_trunc('week', observed_on) as date) as week
    from staging.repository_counters
    qualify row_number() over (
        partition by repository, date_trunc('week', observed_on) order by observed_on
    ) = 1
),
compare_stars as (
    select
        *,
        lag(stars) over (partition by repository order by week) as previous_stars,
        lag(observed_on) over (partition by repository order by week) as previous_observed_on,
        lag(week) over (partition by repository order by week) as previous_week
    from place_stars
),
sum_installers as (
    select package, month, source, sum(downloads) as downloads
    from staging.package_downloads_month
    where feed_until >= last_day(month)
    group by package, month, source
),
find_first_reading as (
    select population, cast(min(first_fetched_at) as date) as read_from
    from staging.job_postings
    group by population
),
stack_series as (
    select
        'downloads_recent' as dataset,
        source,
        'all' as population,
        package as entity,
        'day' as cadence,
        day as period,
        cast(downloads as double) as value,
        '' as counting
    from staging.package_downloads_day
    where split = 'overall' and category = 'without_mirrors' and cast(fetched_at as date) > day
    union all
    select
        'downloads_by_installer', source, 'all', package, 'month', month,
        cast(downloads as double) / extract(day from last_day(month)), ''
    from sum_installers
    union all
    select 'package_downloads_30d', source, 'all', package, 'month', month, downloads_per_day, counting_era
    from core.package_downloads_month
    union all
    select
        'repository_counters', source, 'all', repository, 'week', week,
        greatest((stars - previous_stars) * 7.0 / date_diff('day', previous_observed_on, observed_on), 0), ''
    from compare_stars
    where date_diff('day', previous_week, week) = 7
    union all
    select 'github', source, 'stars', repository, 'day', day, cast(stars_gained as double), ''
    from staging.star_gains
    where cast(fetched_at as date) > day
    union all
    select 'questions_monthly', source, population, tag, 'month', month, cast(questions as double), ''
    from staging.questions_monthly
    where not is_partial
    union all
    select 'job_mentions', source, population, 'all postings', 'month', month, cast(max(postings_total) as double), ''
    from staging.job_mentions
    group by source, population, month
    union all
    -- of the months before a board was first read only what was still open is known: they are no history
    select
        'job_postings', figures.source, figures.population, 'all postings', 'month', figures.month,
        cast(max(figures.postings_total) as double), ''
    from core.job_postings_month as figures
    inner join find_first_reading as readings on readings.population = figures.population
    where not figures.is_partial and (figures.population like 'hn-%' or figures.month > readings.read_from)
    group by figures.source, figures.population, figures.month
    union all
    select 'page_views', source, 'all', article, 'day', day, cast(views as double), ''
    from staging.page_views_day
    where cast(fetched_at as date) > day
    union all
    select 'huggingface', source, 'all', library, 'day', observed_on, cast(models as double), ''
    from staging.hub_models
    where task = 'all' and models is not null
    union all
    select 'dependents', source, 'all', package, 'day', observed_on, cast(dependent_repositories as double), ''
    from staging.package_dependents
    where dependent_repositories is not null
),
find_periods as (
    select dataset, period from stack_series group by dataset, period
),
count_breaks as (
    select periods.dataset, periods.period, count(breaks.month) as breaks_before
    from find_periods as periods
    left join catalog.breaks as breaks on breaks.dataset = periods.dataset and breaks.month <= periods.period
    group by periods.dataset, periods.period
)
select
    series.dataset,
    series.source,
    series.population, -- 'all' where the data set has one; 'stars' is one series of several of its data set
    series.entity,
    series.cadence, -- day, week or month
    series.counting || ' ' || breaks.breaks_before as era,
    cast(
        case series.cadence
            when 'month' then extract(year from series.period) * 12 + extract(month from series.period)
            when 'week' then floor(date_diff('day', date '2000-01-03', series.period) / 7.0)
            else date_diff('day', date '2000-01-03', series.period)
        end as bigint
    ) as n,
    series.period, -- its first day
    series.value
from stack_series as series
inner join count_breaks as breaks on breaks.dataset = series.dataset and breaks.period = series.period
