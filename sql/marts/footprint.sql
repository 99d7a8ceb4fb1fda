-- What a stack puts on a disk and into memory, how long its import takes, and what it says it needs.
-- grain: stack
-- audit: not_null(stack, framework, status, reason, processes, run, machine, measured_on)
-- audit: import_warm_low_s <= import_warm_s, import_warm_s <= import_warm_high_s
-- warning: bytes are without byte code and pip; seconds are of one machine
with
summarize_imports as (
    select
        run,
        stack,
        count(*) as processes,
        median(case when condition = 'cold' then seconds end) as import_cold_s,
        min(case when condition = 'cold' then seconds end) as import_cold_low_s,
        max(case when condition = 'cold' then seconds end) as import_cold_high_s,
        median(case when condition = 'warm' then seconds end) as import_warm_s,
        min(case when condition = 'warm' then seconds end) as import_warm_low_s,
        max(case when condition = 'warm' then seconds end) as import_warm_high_s,
        median(modules) as modules,
        median(case when condition = 'warm' then rss_bytes end) as resident_bytes,
        median(case when condition = 'warm' then rss_bytes - rss_before_bytes end) as resident_added_bytes
    from staging.probe_footprint_imports
    group by run, stack
),
list_requirements as (
    select run, environment, distribution, unnest(requires) as required
    from staging.probe_footprint_metadata
    where status = 'read'
),
count_requirements as (
    select
        listed.run,
        listed.environment,
        listed.distribution,
        count(distinct listed.required) as requires,
        string_agg(distinct names.framework, ', ' order by names.framework) as requires_frameworks
    from list_requirements as listed
    left join catalog.names as names on names.kind = 'package' and names.name = listed.required
    group by listed.run, listed.environment, listed.distribution
),
judge_trainings as (
    select run, stack, status, absent_package, not package_found as is_absent
    from staging.probe_footprint_trainings
    where status <> 'not-run'
)
select
    figures.stack, -- the environment
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.status, -- measured, failed or not-run
    figures.reason, -- why not, or why a standing environment was weighed
    figures.is_fresh, -- made for this from its requirements alone
    figures.installer, -- uv or pip; empty for a standing environment
    figures.install_s, -- seconds of making it, whatever the installer's cache held
    figures.distributions, -- installed distributions
    figures.files, -- files
    figures.installed_bytes, -- bytes of all files
    figures.largest, -- the distribution that holds most
    figures.largest_bytes, -- bytes of that one
    coalesce(imports.processes, 0) as processes, -- fresh processes that imported it, cold and warm
    imports.import_cold_s, -- seconds of an import without byte code, median
    imports.import_cold_low_s, -- the fastest
    imports.import_cold_high_s, -- the slowest
    imports.import_warm_s, -- seconds of an import with byte code and files in memory, median
    imports.import_warm_low_s, -- the fastest
    imports.import_warm_high_s, -- the slowest
    imports.modules, -- modules that the import loaded, median
    imports.resident_bytes, -- memory after it, median
    imports.resident_added_bytes, -- what the import added, median
    requirements.requires, -- distributions that its metadata requires, extras left out
    coalesce(requirements.requires_frameworks, '') as requires_frameworks, -- frameworks of the catalogue among them
    trainings.status = 'runs' as trains, -- a small model trained: its loss fell; null where none was to be trained
    trainings.is_absent as was_package_absent, -- the package that it is said to need could not be imported meanwhile
    trainings.absent_package, -- that package
    units.short_run as run, -- the run, by the first eight digits of its id
    concat_ws(', ', nullif(figures.words, ''), regexp_extract(units.environment, 'Python [0-9.]+'))
        as environment, -- versions in words
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_footprint_environments as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'footprint' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
left join summarize_imports as imports on imports.run = figures.run and imports.stack = figures.stack
left join count_requirements as requirements
    on requirements.run = figures.run
    and requirements.environment = figures.stack
    and requirements.distribution = figures.package
left join judge_trainings as trainings on trainings.run = figures.run and trainings.stack = figures.stack
