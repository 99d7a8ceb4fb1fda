-- Views of each framework's encyclopedia articles by week, and per day.
-- grain: framework, week
-- audit: not_null(framework, week, views, days, views_per_day, is_partial), views >= 0, days >= 1, days <= 7
-- warning: who looks something up need not use it; a framework without an article has no row
select
    framework, -- key of the framework
    week, -- Monday of the week
    cast(views as bigint) as views, -- views of its articles, old and new titles added up
    days, -- days of the week that have a figure
    views_per_day, -- views divided by those days
    articles, -- titles with views
    is_partial, -- true where not all seven days have a figure
    source -- where the figure was read
from core.page_views_week
