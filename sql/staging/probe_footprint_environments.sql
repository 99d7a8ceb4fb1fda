-- Environments weighed: distributions, files and bytes.
-- grain: run, stack
-- audit: not_null(run, stack, package, status, reason)
-- warning: install_s depends on what the installer's cache held
with
read_sizes as (
    select
        *,
        cast(cast(by_distribution as json) as map(varchar, bigint)) as sizes,
        cast(cast(versions as json) as map(varchar, varchar)) as version_by_name
    from raw.probe_footprint_environment
)
select
    figures.run,
    figures.unit,
    figures.stack,
    figures.framework as package, -- distribution of the framework
    nullif(figures.backend, '') as backend_package, -- distribution it computes with
    figures.mode, -- how it executes; empty where that is no question
    figures.status,
    figures.reason,
    figures.fresh as is_fresh,
    figures.installer,
    figures.install_s,
    concat_ws(
        ', ',
        figures.framework || ' ' || figures.version_by_name[figures.framework],
        figures.backend || ' ' || figures.version_by_name[figures.backend]
    ) as words, -- what was weighed, with its versions
    figures.distributions,
    figures.files,
    figures.bytes as installed_bytes,
    list_max(map_values(figures.sizes)) as largest_bytes,
    map_keys(figures.sizes)[
        list_position(map_values(figures.sizes), list_max(map_values(figures.sizes)))
    ] as largest -- the distribution that holds most bytes
from read_sizes as figures
inner join staging.probe_runs as runs
    on runs.run = figures.run
    and runs.request = figures.request
    and runs.payload_sha256 = figures.payload_sha256
    and runs.fetched_at = figures.fetched_at
