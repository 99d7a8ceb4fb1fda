-- Papers by framework and year, each collection apart, as a share of all papers looked at.
-- The interval is Wilson's score interval (Wilson 1927, JASA 22), 90 %.
-- Rows noted 'submissions' are left out: their totals hold rejected papers too, so their shares do not compare with
-- those of accepted papers.
-- grain: population, framework, year
-- audit: not_null(population, framework, year, papers, papers_total), share >= 0, share <= 1, low <= share
-- audit: share <= high
-- warning: the populations count different things
-- warning: a conference year without December's conferences is partial; so is a last year far below the one before
-- warning: so is a year that was read before its end and not again
with
name_labels as (
    select figures.*, names.framework, extract(year from figures.period_start) as year
    from staging.papers as figures
    inner join catalog.names as names on names.name = figures.label and names.kind = 'paper_label'
    where coalesce(figures.note, '') <> 'submissions'
),
sum_labels as (
    -- labels of one population exclude each other, so they may be added
    select
        population,
        framework,
        year,
        period,
        venue,
        granularity,
        sum(papers) as papers,
        max(papers_total) as papers_total,
        max(period_end) as period_end,
        max(counting_rule) as counting_rule,
        max(note) as note,
        bool_or(source <> 'snapshot' and cast(fetched_at as date) <= period_end) as is_read_early,
        min(source) as source
    from name_labels
    group by population, framework, year, period, venue, granularity
),
sum_venues as (
    select
        population,
        framework,
        year,
        sum(papers) as papers,
        sum(papers_total) as papers_total,
        count(*) as venues,
        max(granularity) as granularity,
        max(period_end) as period_end,
        max(counting_rule) as counting_rule,
        max(note) as note,
        bool_or(is_read_early) as is_read_early,
        min(source) as source
    from sum_labels
    group by population, framework, year
    having sum(papers_total) > 0
),
flag_partial as (
    select
        *,
        case
            when is_read_early then true
            when granularity = 'month' then extract(month from period_end) < 12
            else year = max(year) over (partition by population)
                and papers_total < 0.75 * lag(papers_total) over (partition by population, framework order by year)
        end as is_partial
    from sum_venues
),
score_interval as (
    select
        *,
        cast(papers as double) / papers_total as share,
        (cast(papers as double) / papers_total + 2.7055434 / (2 * papers_total))
        / (1 + 2.7055434 / papers_total) as centre,
        1.6448536 / (1 + 2.7055434 / papers_total) * sqrt(
            cast(papers as double) / papers_total * (1 - cast(papers as double) / papers_total) / papers_total
            + 2.7055434 / (4.0 * papers_total * papers_total)
        ) as reach
    from flag_partial
)
select
    population,
    framework,
    year,
    cast(papers as bigint) as papers,
    cast(papers_total as bigint) as papers_total,
    share,
    least(greatest(centre - reach, 0), share) as low,
    greatest(least(centre + reach, 1), share) as high,
    venues, -- venues and periods summed
    coalesce(is_partial, false) as is_partial,
    period_end,
    counting_rule,
    note,
    source
from score_interval
