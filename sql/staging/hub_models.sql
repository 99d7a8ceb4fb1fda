-- Models on the model hub by library and task on a day; the latest fetch of a day wins.
-- grain: library, task, observed_on
-- audit: not_null(library, task, observed_on, models_read, is_lower_bound), models >= 0
-- audit: downloads_30d >= 0, models_added_30d >= 0
-- warning: a model may name several libraries; null was not counted
-- warning: is_lower_bound is about downloads_30d and models_added_30d: more models than models_read exist
with
known as (
    select figures.*
    from raw.hub_models as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.observed_on <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by library, task, observed_on order by fetched_at desc, source, payload_sha256, models desc
    ) = 1
)
select
    library,
    task, -- all, or one kind of model
    observed_on,
    models,
    downloads_30d,
    models_added_30d,
    models_read,
    is_lower_bound,
    source,
    fetched_at
from newest_fetch
