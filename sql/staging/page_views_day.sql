-- Views of an encyclopedia article by day; the latest fetch of a day wins.
-- grain: wiki, article, day
-- audit: not_null(wiki, article, day, views), views >= 0
-- warning: views of an old title are counted under the old title; a day without a row is missing
with
known as (
    select figures.*
    from raw.page_views_day as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.day <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by project, article, day order by fetched_at desc, source, payload_sha256, views desc
    ) = 1
)
select
    project as wiki,
    article,
    day,
    views,
    source,
    fetched_at
from newest_fetch
