-- Repositories that carry a topic on a day; the latest fetch of a day wins.
-- grain: topic, observed_on
-- audit: not_null(topic, observed_on, repositories, is_lower_bound), repositories >= 0
-- warning: owners choose topics themselves; a repository may carry several
with
known as (
    select figures.*
    from raw.topic_repositories as figures
    cross join catalog.edition as edition
    where (figures.source = 'snapshot' or figures.fetched_at < edition.as_of + interval 1 day)
        and figures.observed_on <= edition.as_of
),
newest_fetch as (
    select *
    from known
    qualify row_number() over (
        partition by topic, observed_on order by fetched_at desc, source, payload_sha256, repositories desc
    ) = 1
)
select
    topic,
    observed_on,
    repositories,
    is_lower_bound,
    source,
    fetched_at
from newest_fetch
