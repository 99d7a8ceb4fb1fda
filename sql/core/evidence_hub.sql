-- Figures of evidence from the model hub: pre-trained models, vision models, models added in thirty days.
-- A model may name several libraries of one framework: the number lies between the largest library's and the sum of
-- all. Models added: Byar's approximation to the exact Poisson limits (Breslow & Day 1987, vol. II, p. 69), 90 %.
-- grain: metric, framework
-- audit: not_null(metric, framework, value, as_of), value >= 0, low <= value, value <= high
-- warning: anybody may upload, so many models are copies; the day on which most of the library names were read counts
with
map_tasks as (
    select *
    from (
        values ('pretrained_models', 'all'), ('vision_models', 'image-classification'), ('new_models_per_month', 'all')
    ) as mapping (metric, task)
),
choose_figures as (
    select
        mapping.metric,
        figures.framework,
        figures.day,
        figures.libraries,
        figures.is_lower_bound,
        case mapping.metric when 'new_models_per_month' then models_added_30d_low else models_low end as count_low,
        case mapping.metric when 'new_models_per_month' then models_added_30d_high else models_high end as count_high
    from core.hub_models_day as figures
    inner join map_tasks as mapping on mapping.task = figures.task
),
pick_day as (
    select *
    from choose_figures
    where count_low is not null
    qualify row_number() over (partition by metric, framework order by libraries desc, day desc) = 1
),
count_names as (
    select framework, count(*) as libraries
    from catalog.names
    where kind = 'hub_library'
    group by framework
),
approximate_poisson as (
    select
        figures.*,
        names.libraries as libraries_in_catalogue,
        case
            when count_low = 0 then 0
            else greatest(count_low * power(1 - 1.0 / (9 * count_low) - 1.6448536 / (3 * sqrt(count_low)), 3), 0)
        end as poisson_low,
        (count_high + 1)
        * power(1 - 1.0 / (9 * (count_high + 1)) + 1.6448536 / (3 * sqrt(count_high + 1)), 3) as poisson_high
    from pick_day as figures
    inner join count_names as names on names.framework = figures.framework
),
choose_ends as (
    select
        *,
        metric = 'new_models_per_month' as is_sampled,
        count_low < count_high as is_bounded
    from approximate_poisson
)
select
    metric,
    framework,
    (count_low + count_high) / 2.0 as value,
    case when is_sampled then poisson_low when is_bounded then cast(count_low as double) end as low,
    case when is_sampled then poisson_high when is_bounded then cast(count_high as double) end as high,
    day as as_of,
    cast(count_high as bigint) as n, -- models
    case when is_bounded then 'bounds' end as spread, -- null: the metric's own
    case
        when is_bounded then 'a model may name several libraries of one framework: between ' || count_low
            || ', its largest library, and ' || count_high || ', all added up; the value is the middle'
        when is_sampled then 'models added in the 30 days before'
        else 'complete count: no sampling error'
    end
    || case
        when libraries < libraries_in_catalogue then '; ' || libraries || ' of ' || libraries_in_catalogue
            || ' library names were read, so it is at least that'
        else ''
    end
    || case when is_sampled and is_lower_bound then '; not all pages were read, so it is at least that' else '' end
    as note
from choose_ends
