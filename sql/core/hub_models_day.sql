-- Models on the model hub of a framework by task on a day, all its library names together.
-- A model may name several libraries of one framework, so the true number lies between that of its largest library and
-- the sum of all.
-- grain: framework, task, day
-- audit: not_null(framework, task, day, libraries, is_lower_bound), models_low >= 0, models_low <= models_high
-- audit: models_added_30d_low <= models_added_30d_high
-- warning: a library without a row was not read: compare days with the same libraries
with
name_libraries as (
    select figures.*, names.framework
    from staging.hub_models as figures
    inner join catalog.names as names on names.name = figures.library and names.kind = 'hub_library'
)
select
    framework,
    task,
    observed_on as day,
    count(*) as libraries, -- library names read
    count(models) as libraries_counted, -- of which the hub told the number of models
    max(models) as models_low,
    sum(models) as models_high,
    max(downloads_30d) as downloads_30d_low,
    sum(downloads_30d) as downloads_30d_high,
    max(models_added_30d) as models_added_30d_low,
    sum(models_added_30d) as models_added_30d_high,
    sum(models_read) as models_read,
    bool_or(is_lower_bound) as is_lower_bound,
    min(source) as source
from name_libraries
group by framework, task, observed_on
