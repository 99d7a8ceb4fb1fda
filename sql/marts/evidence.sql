-- Every figure that a verdict, a claim or a recommendation can rest on, each with its interval, day, source and
-- caveat.
-- grain: metric, framework
-- audit: not_null(evidence_id, factor, metric, framework, value, unit, better, as_of, source, note, dataset, spread)
-- audit: low <= value, value <= high, low <= high
-- warning: a figure that was not measured has no row; intervals cover chance alone, not a source's bias
with
stack_figures as (
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_downloads
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_releases
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_activity
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_stars
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_questions
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_surveys
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_papers
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_jobs
    union all
    select metric, framework, value, low, high, as_of, n, spread, note from core.evidence_search
),
join_catalogue as (
    select
        figures.metric || '.' || figures.framework as evidence_id,
        metrics.factor,
        figures.metric,
        figures.framework,
        figures.value,
        figures.low,
        figures.high,
        metrics.unit,
        metrics.better,
        least(figures.as_of, edition.as_of) as as_of,
        datasets.label as source,
        cast(figures.n as bigint) as n,
        figures.note,
        metrics.dataset,
        coalesce(figures.spread, metrics.spread) as spread,
        metrics.standing,
        metrics.max_age_days is not null
        and figures.as_of < edition.as_of - metrics.max_age_days * interval 1 day as is_stale,
        metrics.importance,
        replace(metrics.rows_sql, '$framework', '''' || figures.framework || '''') as rows_sql
    from stack_figures as figures
    inner join catalog.metrics as metrics on metrics.metric = figures.metric
    inner join catalog.datasets as datasets on datasets.dataset = metrics.dataset
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
    importance, -- the metric's weight among those of its factor
    rows_sql -- a query for the rows behind it
from join_catalogue
