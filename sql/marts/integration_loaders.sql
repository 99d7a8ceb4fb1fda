-- Each framework's own loader, fed from one Parquet file, and the same reading without a framework.
-- grain: stack
-- audit: not_null(stack, status, reason, rows, epochs, run, machine, measured_on)
-- audit: slowest_rows_per_s <= rows_per_s, rows_per_s <= fastest_rows_per_s
-- warning: the row without a framework is the floor: reading alone
with
list_epochs as (
    select run, stack, unnest(seconds) as seconds
    from staging.probe_integration_loaders
),
summarize_epochs as (
    select run, stack, count(*) as epochs, median(seconds) as seconds, max(seconds) as slowest, min(seconds) as fastest
    from list_epochs
    group by run, stack
)
select
    figures.stack, -- framework and backend in one word, or the floor
    stacks.framework, -- key of the framework; null for the floor
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.status, -- ok, failed or not-run
    figures.reason, -- in words; empty if ok
    figures.loader, -- the loader in words
    figures.rows, -- rows of the file
    figures.batch, -- rows a batch
    figures.file_bytes, -- size of the file
    coalesce(epochs.epochs, 0) as epochs, -- epochs that were timed
    figures.rows / epochs.seconds as rows_per_s, -- rows a second of the median epoch
    figures.rows / epochs.slowest as slowest_rows_per_s, -- of the slowest epoch
    figures.rows / epochs.fastest as fastest_rows_per_s, -- of the fastest epoch
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_integration_loaders as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'integration' and units.unit = figures.unit
left join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
left join summarize_epochs as epochs on epochs.run = figures.run and epochs.stack = figures.stack
where stacks.framework is not null or figures.package = 'numpy'
