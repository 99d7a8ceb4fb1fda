-- Relative search interest of a framework by week: the mean of all pulls, and how far they spread.
-- grain: framework, week, geo
-- audit: not_null(framework, week, geo, interest, pulls), interest >= 0, low <= interest, interest <= high
-- warning: an index within its request, not a count; monthly series are left out
with
name_terms as (
    select
        figures.*,
        names.framework,
        names.position,
        -- weeks of the source begin on Sunday: the Monday inside such a week names it
        cast(date_trunc('week', case figures.granularity
            when 'week' then cast(figures.period_start + interval 1 day as date)
            else figures.period_start
        end) as date) as week
    from staging.search_interest as figures
    inner join catalog.names as names on names.name = figures.term and names.kind = 'search_term'
    where figures.granularity in ('week', 'day') and figures.interest is not null
),
pick_term as (
    select *
    from name_terms
    qualify dense_rank() over (partition by framework, geo, week order by position) = 1
),
average_pull as (
    select
        framework,
        week,
        geo,
        request,
        fetched_at,
        avg(interest) as interest,
        bool_or(is_partial) as is_partial,
        min(source) as source
    from pick_term
    group by framework, week, geo, request, fetched_at
)
select
    framework,
    week,
    geo,
    avg(interest) as interest,
    min(interest) as low, -- lowest pull
    max(interest) as high, -- highest pull
    count(*) as pulls,
    bool_and(is_partial) as is_partial,
    min(source) as source
from average_pull
group by framework, week, geo
