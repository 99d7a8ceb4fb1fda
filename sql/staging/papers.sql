-- Papers by framework label, by venue and period, each collection apart; the latest fetch of a figure wins.
-- grain: population, period, venue, label
-- audit: not_null(population, period, venue, label, papers, papers_total), papers >= 0, papers_total >= papers
-- warning: the populations count different things and must not be added
with
dated as (
    select
        figures.*,
        cast(case when granularity = 'month' then period || '-01' else period || '-01-01' end as date) as period_start,
        cast(case when granularity = 'month' then period || '-01' else period || '-12-01' end as date) as last_month
    from raw.papers as figures
),
known as (
    select dated.*
    from dated
    cross join catalog.edition as edition
    where (dated.source = 'snapshot' or dated.fetched_at < edition.as_of + interval 1 day)
        and last_day(dated.last_month) <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by population, period, venue, label order by fetched_at desc, source, payload_sha256, papers desc
    ) = 1
)
select
    population,
    period,
    granularity, -- month or year
    period_start,
    last_day(last_month) as period_end,
    venue,
    label,
    papers,
    total_papers as papers_total,
    counting_rule,
    note,
    source,
    fetched_at
from newest_fetch
