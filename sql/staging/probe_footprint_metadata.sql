-- What installed distributions say of themselves.
-- grain: run, environment, distribution
-- audit: not_null(run, environment, distribution, status, reason)
-- warning: of the version that was installed, which need not be the newest
select
    figures.run,
    figures.unit,
    figures.environment,
    figures.distribution,
    figures.status,
    figures.reason,
    figures.version,
    figures.summary,
    figures.keywords,
    cast(cast(figures.classifiers as json) as varchar[]) as classifiers,
    list_transform(
        list_filter(
            cast(cast(figures.requires as json) as struct(name varchar, marker varchar, optional boolean)[]),
            lambda one: not one.optional
        ),
        lambda one: one.name
    ) as requires -- names of the distributions it requires; those that only an extra asks for are left out
from raw.probe_footprint_metadata as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
