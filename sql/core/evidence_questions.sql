-- Figures of evidence from the question counts: questions of the newest complete year, and the share without an answer.
-- Counts: Byar's approximation to the exact Poisson limits (Breslow & Day 1987, vol. II, p. 69). Shares: Wilson's score
-- interval (Wilson 1927, JASA 22). Both 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of, population), value >= 0, low <= value, value <= high
-- warning: a year is complete when all twelve months are there and none is partial
-- warning: of several collections the one that covers most frameworks counts, then the one with the newest year
with
map_populations as (
    select *
    from (
        values ('questions_last_year', 'so_tags_%'), ('questions_last_year', 'stackexchange-live')
    ) as mapping (metric, population_pattern)
),
sum_years as (
    select
        mapping.metric,
        figures.population,
        figures.framework,
        extract(year from figures.month) as year,
        sum(figures.questions) as questions,
        count(figures.note) as months_noted
    from core.questions_month as figures
    inner join map_populations as mapping on figures.population like mapping.population_pattern
    where not figures.is_partial
    group by mapping.metric, figures.population, figures.framework, extract(year from figures.month)
    having count(*) = 12
),
count_frameworks as (
    -- a live count that has come as far as one framework must not hide an older one of all
    select *, count(*) over (partition by metric, population, year) as frameworks
    from sum_years
),
pick_year as (
    select *
    from count_frameworks
    qualify dense_rank() over (partition by metric order by frameworks desc, year desc, population desc) = 1
),
approximate_poisson as (
    select
        *,
        case
            when questions = 0 then 0
            else greatest(questions * power(1 - 1.0 / (9 * questions) - 1.6448536 / (3 * sqrt(questions)), 3), 0)
        end as low,
        (questions + 1) * power(1 - 1.0 / (9 * (questions + 1)) + 1.6448536 / (3 * sqrt(questions + 1)), 3) as high
    from pick_year
),
cut_months as (
    select *, max(month) over (partition by population, framework) as newest_month
    from core.questions_month
    where not is_partial and unanswered is not null and questions >= unanswered
),
sum_unanswered as (
    select
        population,
        framework,
        newest_month,
        count(*) as months,
        sum(unanswered) as hits,
        sum(questions) as total
    from cut_months
    where date_diff('month', month, newest_month) < 12
    group by population, framework, newest_month
    having count(*) >= 6 and sum(questions) > 0
    qualify dense_rank() over (order by population) = 1
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
    from sum_unanswered
),
stack_figures as (
    select
        metric,
        framework,
        questions as value,
        low,
        high,
        make_date(cast(year as integer), 12, 31) as as_of,
        cast(questions as bigint) as n,
        'year ' || year || ' of ' || population || '; a question with several tags counts under each'
        || case
            when months_noted > 0 then '; ' || months_noted || ' of its months are marked as doubtful by the source'
            else ''
        end as note,
        population
    from approximate_poisson
    union all
    select
        'questions_unanswered_share',
        framework,
        share,
        least(greatest(centre - reach, 0), share),
        greatest(least(centre + reach, 1), share),
        last_day(newest_month),
        cast(total as bigint),
        hits || ' of ' || total || ' questions of ' || months
        || ' months have no answer; young questions may still be answered',
        population
    from score_interval
)
select
    metric,
    framework,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(as_of as date) as as_of,
    n, -- questions
    cast(null as varchar) as spread, -- null: the metric's own
    note,
    population -- the collection
from stack_figures
