-- Every figure that a verdict, a claim or a recommendation can rest on, each with its interval, day, source and
-- caveat.
-- grain: metric, framework
-- audit: not_null(evidence_id, factor, metric, framework, value, unit, better, as_of, source, note, dataset, spread)
-- audit: not_null(is_withheld), low <= value, value <= high, low <= high
-- warning: a figure that was not measured has no row; intervals cover chance alone, not a source's bias
-- warning: some are of subjects that only a claim names: they are no framework of the catalogue
with
stack_figures as (
    select metric, framework, value, low, high, as_of, n, spread, note, cast(null as varchar) as population
    from core.evidence_downloads
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_releases
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, population from core.evidence_packages
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_activity
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_stars
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, population from core.evidence_github
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_installs
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_hub
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_attention
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_surveys
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_search
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, population from core.evidence_questions
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, population from core.evidence_papers
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, population from core.evidence_jobs
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, population from core.evidence_postings
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_benchmarks
    union all
    select metric, framework, value, low, high, as_of, n, spread, note, null from core.evidence_probes
),
find_populations as (
    -- postings read one by one are another data set than published counts, whichever metric they fill
    select distinct population, 'job_postings' as dataset
    from marts.job_postings_month
    union all
    -- so are packages that were read where they are installed
    select distinct population, 'probes'
    from core.evidence_packages
    where population is not null
),
find_breaks as (
    select dataset, population, direction, min(since) as since, max(source) as source
    from marts.regime_breaks
    where is_active
    group by dataset, population, direction
),
name_datasets as (
    select
        figures.*,
        metrics.factor,
        metrics.unit,
        metrics.better,
        coalesce(populations.dataset, metrics.dataset) as dataset,
        coalesce(figures.spread, metrics.spread) as drawn_spread,
        metrics.standing,
        metrics.max_age_days,
        metrics.importance,
        metrics.rows_sql
    from stack_figures as figures
    inner join catalog.metrics as metrics on metrics.metric = figures.metric
    left join find_populations as populations on populations.population = figures.population
),
match_breaks as (
    select figures.metric, figures.framework, breaks.direction, breaks.since
    from name_datasets as figures
    inner join find_breaks as breaks
        on breaks.dataset = figures.dataset
        and breaks.population = coalesce(figures.population, 'all')
        and breaks.since <= figures.as_of
    qualify row_number() over (partition by figures.metric, figures.framework order by breaks.since desc) = 1
),
join_catalogue as (
    select
        figures.metric || '.' || figures.framework as evidence_id,
        figures.factor,
        figures.metric,
        figures.framework,
        figures.value,
        figures.low,
        figures.high,
        figures.unit,
        figures.better,
        least(figures.as_of, edition.as_of) as as_of,
        datasets.label as source,
        cast(figures.n as bigint) as n,
        figures.note
        || case breaks.direction
            when 'collapse' then '; its source collapsed on ' || breaks.since
                || ' against its own history: at least this, and kept out of rankings'
            when 'jump' then '; its source jumped on ' || breaks.since
                || ' against its own history: at most this, and kept out of rankings'
            else ''
        end as note,
        figures.dataset,
        figures.drawn_spread as spread,
        figures.standing,
        figures.max_age_days is not null
        and figures.as_of < edition.as_of - figures.max_age_days * interval 1 day as is_stale,
        breaks.direction is not null or coalesce(timings.is_withheld, probes.is_withheld, false) as is_withheld,
        figures.importance,
        replace(figures.rows_sql, '$framework', '''' || figures.framework || '''') as rows_sql
    from name_datasets as figures
    inner join catalog.datasets as datasets on datasets.dataset = figures.dataset
    left join match_breaks as breaks on breaks.metric = figures.metric and breaks.framework = figures.framework
    left join core.evidence_benchmarks as timings
        on timings.metric = figures.metric and timings.framework = figures.framework
    left join core.evidence_probes as probes
        on probes.metric = figures.metric and probes.framework = figures.framework
    cross join catalog.edition as edition
)
select
    evidence_id, -- metric.framework: the name every page and command calls the figure by
    factor, -- the heading it counts under
    metric, -- key of the metric
    framework, -- key of the framework
    value, -- the figure, in its unit
    low, -- lower end of the 90 % interval; null where there is none, and note says why
    high, -- upper end of the 90 % interval
    unit, -- unit of value, low and high
    better, -- higher or lower: which is better
    as_of, -- last day of the period the figure is for, or the edition's day while that period runs
    source, -- the data set: marts.source_health names its origin, licence and attribution
    n, -- how many facts it rests on: months, respondents, postings, papers, releases
    note, -- how it came about, and what it cannot say
    dataset, -- key of the data set
    spread, -- how its uncertainty is drawn: share, count, lognormal, bounds (anywhere between low and high) or exact
    standing, -- true where the metric counts in its factor
    is_stale, -- true where it is too old to count: history, not a standing
    is_withheld, -- true where its source collapsed or jumped, or it has no interval yet: decides nothing; note says so
    importance, -- the metric's weight among those of its factor
    rows_sql -- a query for the rows behind it
from join_catalogue
