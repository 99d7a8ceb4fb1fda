-- What each pull read of a framework, by week or month: an index of that pull alone, with its rounding.
-- Days are averaged to weeks. An index is rounded to a whole number: low and high are one half below and above it.
-- grain: pull, framework, kind, geo, granularity, period
-- audit: not_null(pull, framework, kind, geo, granularity, period, interest), low <= interest, interest <= high
-- warning: figures of two pulls do not compare before they are scaled
with
name_terms as (
    select
        payloads.pull,
        names.framework,
        names.position,
        figures.term,
        figures.kind,
        figures.geo,
        figures.granularity,
        figures.interest,
        figures.is_partial,
        case when payloads.is_official then 0.0 else 0.5 end as rounding,
        -- weeks of the source begin on Sunday: the Monday inside such a week names it
        cast(case figures.granularity
            when 'week' then date_trunc('week', cast(figures.period_start + interval 1 day as date))
            when 'day' then date_trunc('week', figures.period_start)
            else date_trunc('month', figures.period_start)
        end as date) as period
    from staging.search_interest as figures
    inner join core.search_payload as payloads
        on payloads.request = figures.request and payloads.fetched_at = figures.fetched_at
            and payloads.payload_sha256 = figures.payload_sha256
    inner join catalog.names as names
        on lower(names.name) = lower(figures.term)
            and names.kind = case figures.kind when 'topic' then 'search_topic' else 'search_term' end
    where figures.granularity in ('day', 'week', 'month') and figures.interest is not null
),
pick_terms as (
    select pull, framework, kind, geo, granularity, term
    from name_terms
    group by pull, framework, kind, geo, granularity, term
    qualify row_number() over (
        partition by pull, framework, kind, geo, granularity order by min(position), term
    ) = 1
)
select
    figures.pull,
    figures.framework,
    figures.term,
    figures.kind, -- topic, term or official
    figures.geo,
    figures.granularity, -- of what was read: day, week or month
    figures.period, -- Monday of the week, or first of the month
    avg(figures.interest) as interest,
    avg(greatest(figures.interest - figures.rounding, 0)) as low,
    avg(figures.interest + figures.rounding) as high,
    bool_or(figures.is_partial) or (figures.granularity = 'day' and count(*) < 7) as is_partial
from name_terms as figures
inner join pick_terms as picked
    on picked.pull = figures.pull and picked.framework = figures.framework and picked.kind = figures.kind
        and picked.geo = figures.geo and picked.granularity = figures.granularity and picked.term = figures.term
group by
    figures.pull, figures.framework, figures.term, figures.kind, figures.geo, figures.granularity, figures.period
