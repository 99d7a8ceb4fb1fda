-- Pre-trained models of each framework on the model hub by task, as counted on a day.
-- grain: framework, task, day
-- audit: not_null(framework, task, day, libraries, is_lower_bound), models_low <= models_high
-- warning: a model may name several libraries and several frameworks; anybody may upload, so many are copies
select
    framework, -- key of the framework
    task, -- all, or one kind of model
    day, -- day of the count
    libraries, -- how many of its library names were read
    models_low, -- models of its largest library name: at least so many
    cast(models_high as bigint) as models_high, -- models of all its library names added up: at most so many
    downloads_30d_low, -- downloads in 30 days of the models read, largest library name
    cast(downloads_30d_high as bigint) as downloads_30d_high, -- the same, all library names added up
    models_added_30d_low, -- models added in 30 days, largest library name
    cast(models_added_30d_high as bigint) as models_added_30d_high, -- the same, all library names added up
    cast(models_read as bigint) as models_read, -- models whose downloads were read
    is_lower_bound, -- true where there are more models than were read: downloads and additions are then higher
    source -- where the figure was read
from core.hub_models_day
