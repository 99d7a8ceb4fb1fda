-- Postings read one by one that name a framework, by month, each population apart; repeated texts of a month count
-- once.
-- A zero is measured where the text was searched for the framework. Texts are not kept, so whether one was searched for
-- a framework that came into the catalogue later is told by the day on which any posting first named it: postings read
-- before that day have no row for it.
-- grain: population, framework, month
-- audit: not_null(population, framework, month, postings, postings_total, required, employers, employers_total)
-- audit: not_null(is_partial), postings >= 0, postings_total >= postings, required <= postings
-- audit: employers_total >= employers
-- warning: never add populations; a posting that names no employer counts among postings, not among employers
-- warning: boards show what is open: of earlier months only what was still open at the first reading is there
with
find_last_reading as (
    -- a later reading that found nothing new leaves a pull and no rows
    select source, request, cast(max(fetched_at) as date) as read_until
    from staging.pulls
    where status = 'ok'
    group by source, request
),
remove_repeats as (
    select
        postings.*,
        greatest(cast(postings.fetched_at as date), coalesce(readings.read_until, cast(postings.fetched_at as date)))
            as read_until
    from staging.job_postings as postings
    left join find_last_reading as readings
        on readings.source = postings.source and readings.request = postings.request
    qualify row_number() over (
        partition by postings.population, postings.month, postings.text_key order by postings.posting_key
    ) = 1
),
name_terms as (
    select framework, name as term
    from catalog.names
    where kind = 'job_term'
),
list_mentions as (
    select distinct
        postings.population,
        postings.month,
        postings.posting_key,
        postings.employer_key,
        names.framework,
        list_contains(postings.required, names.term) as is_required,
        cast(postings.first_fetched_at as date) as read_on
    from remove_repeats as postings
    inner join name_terms as names on list_contains(postings.terms, names.term)
),
merge_terms as (
    -- a posting that names a framework by several terms names it once
    select population, month, posting_key, employer_key, framework, bool_or(is_required) as is_required
    from list_mentions
    group by population, month, posting_key, employer_key, framework
),
find_first_day as (
    select framework, min(read_on) as first_read_on
    from list_mentions
    group by framework
),
sum_months as (
    select
        population,
        month,
        count(*) as postings_total,
        count(distinct employer_key) as employers_total,
        min(cast(fetched_at as date)) as read_from,
        max(read_until) as read_until,
        min(source) as source
    from remove_repeats
    group by population, month
),
count_mentions as (
    select
        population,
        month,
        framework,
        count(*) as postings,
        count(case when is_required then 1 end) as required,
        count(distinct employer_key) as employers
    from merge_terms
    group by population, month, framework
)
select
    totals.population,
    searched.framework,
    totals.month,
    coalesce(hits.postings, 0) as postings,
    totals.postings_total,
    coalesce(hits.required, 0) as required,
    coalesce(hits.employers, 0) as employers, -- distinct, of those named
    totals.employers_total,
    totals.read_until <= last_day(totals.month) as is_partial,
    totals.source
from sum_months as totals
inner join find_first_day as searched on totals.read_from >= searched.first_read_on
left join count_mentions as hits
    on hits.population = totals.population and hits.month = totals.month and hits.framework = searched.framework
