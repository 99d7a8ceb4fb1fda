-- Views of a framework's encyclopedia articles by week, old and new titles together.
-- grain: framework, week
-- audit: not_null(framework, week, views, days, views_per_day, is_partial), views >= 0, days >= 1, days <= 7
-- warning: views of an old title are counted under the old title, so titles are added, not picked
with
name_articles as (
    select
        figures.*,
        names.framework,
        cast(date_trunc('week', figures.day) as date) as week
    from staging.page_views_day as figures
    inner join catalog.names as names on names.name = figures.article and names.kind = 'article'
),
sum_weeks as (
    select
        framework,
        week,
        sum(views) as views,
        count(distinct day) as days,
        count(distinct article) as articles,
        max(day) as last_day,
        max(cast(fetched_at as date)) as read_on,
        min(source) as source
    from name_articles
    group by framework, week
)
select
    framework,
    week, -- its Monday
    views,
    days, -- days with views of any title
    cast(views as double) / days as views_per_day,
    articles, -- titles with views
    last_day,
    days < 7 or read_on <= last_day as is_partial,
    source
from sum_weeks
