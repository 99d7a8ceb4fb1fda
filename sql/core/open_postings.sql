-- Postings that are open at the newest reading of each board population and name a framework; equal texts count once.
-- A reading is every request of the source that was answered within a day of its newest answer: a board that did not
-- answer then is left out rather than counted as it was.
-- grain: population, framework
-- audit: not_null(population, framework, postings, postings_total, required, read_on), postings >= 0
-- audit: postings_total >= postings, required <= postings
-- warning: a framework that no posting of any population has named yet has no row: see core.job_postings_month
with
pick_readings as (
    select
        source,
        request,
        payload_sha256,
        fetched_at,
        max(fetched_at) over (partition by source) as newest_at
    from staging.pulls
    where status = 'ok' and payload_sha256 <> ''
    qualify row_number() over (partition by source, request order by fetched_at desc, payload_sha256) = 1
),
keep_open as (
    select postings.*, readings.fetched_at as read_at
    from staging.job_postings as postings
    inner join pick_readings as readings
        on readings.source = postings.source
        and readings.request = postings.request
        and readings.payload_sha256 = postings.payload_sha256
    where readings.fetched_at >= readings.newest_at - interval 1 day
    qualify row_number() over (partition by postings.population, postings.text_key order by postings.posting_key) = 1
),
sum_populations as (
    select
        population,
        count(*) as postings_total,
        count(distinct employer_key) as employers_total,
        cast(max(read_at) as date) as read_on,
        min(cast(fetched_at as date)) as read_from,
        min(source) as source
    from keep_open
    group by population
),
list_mentions as (
    select
        postings.population,
        names.framework,
        postings.posting_key,
        bool_or(list_contains(postings.required, names.name)) as is_required
    from keep_open as postings
    inner join catalog.names as names on names.kind = 'job_term' and list_contains(postings.terms, names.name)
    group by postings.population, names.framework, postings.posting_key
),
count_mentions as (
    select
        population,
        framework,
        count(*) as postings,
        count(case when is_required then 1 end) as required
    from list_mentions
    group by population, framework
),
find_first_day as (
    select names.framework, min(cast(postings.first_fetched_at as date)) as first_read_on
    from staging.job_postings as postings
    inner join catalog.names as names on names.kind = 'job_term' and list_contains(postings.terms, names.name)
    group by names.framework
)
select
    totals.population,
    searched.framework,
    coalesce(hits.postings, 0) as postings,
    totals.postings_total,
    coalesce(hits.required, 0) as required,
    totals.employers_total,
    totals.read_on,
    totals.source
from sum_populations as totals
inner join find_first_day as searched on totals.read_from >= searched.first_read_on
left join count_mentions as hits on hits.population = totals.population and hits.framework = searched.framework
