-- Figures of evidence from postings read one by one: employers that name a framework, how often it is a must, and what
-- is open on each board.
-- Shares: Wilson's score interval (Wilson 1927, JASA 22). Counts: Byar's approximation to the exact Poisson limits
-- (Breslow & Day 1987, vol. II, p. 69). Both 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of, population), value >= 0, low <= value, value <= high
-- warning: boards differ in whom they list: their counts are never added
with
list_shares as (
    select
        'job_employers_share_hn' as metric,
        framework,
        population,
        last_month,
        employers as hits,
        employers_total as total,
        employers || ' of ' || employers_total || ' distinct employers in the months from ' || first_month
        || '; postings that name no employer are left out' as note
    from core.job_employers
    where population = 'hn-text-live' and employers_total > 0
    union all
    select
        'job_required_share_hn',
        framework,
        population,
        last_month,
        required,
        postings,
        required || ' of ' || postings || ' postings that name it ask for it as a must, in the months from '
        || first_month || '; postings repeat each other, so the interval is too narrow'
    from core.job_employers
    where population = 'hn-text-live' and postings > 0
),
score_interval as (
    select
        *,
        cast(hits as double) / total as share,
        (cast(hits as double) / total + 2.7055434 / (2 * total)) / (1 + 2.7055434 / total) as centre,
        1.6448536 / (1 + 2.7055434 / total) * sqrt(
            cast(hits as double) / total * (1 - cast(hits as double) / total) / total
            + 2.7055434 / (4.0 * total * total)
        ) as reach
    from list_shares
),
map_boards as (
    select *
    from (
        values
        ('open_postings_remotive', 'remotive-live'),
        ('open_postings_arbeitnow', 'arbeitnow-live'),
        ('open_postings_greenhouse', 'greenhouse-live'),
        ('open_postings_lever', 'lever-live')
    ) as mapping (metric, population)
),
approximate_poisson as (
    select
        mapping.metric,
        figures.*,
        case
            when postings = 0 then 0
            else greatest(postings * power(1 - 1.0 / (9 * postings) - 1.6448536 / (3 * sqrt(postings)), 3), 0)
        end as low,
        (postings + 1) * power(1 - 1.0 / (9 * (postings + 1)) + 1.6448536 / (3 * sqrt(postings + 1)), 3) as high
    from core.open_postings as figures
    inner join map_boards as mapping on mapping.population = figures.population
),
stack_figures as (
    select
        metric,
        framework,
        share as value,
        least(greatest(centre - reach, 0), share) as low,
        greatest(least(centre + reach, 1), share) as high,
        last_day(last_month) as as_of,
        total as n,
        note,
        population
    from score_interval
    union all
    select
        metric,
        framework,
        postings,
        low,
        high,
        read_on,
        postings_total,
        postings || ' of ' || postings_total || ' postings open on the boards that answered; ' || required
        || ' ask for it as a must',
        population
    from approximate_poisson
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(as_of as date) as as_of,
    n, -- employers, or postings
    cast(null as varchar) as spread, -- null: the metric's own
    note,
    population -- whose postings
from stack_figures
