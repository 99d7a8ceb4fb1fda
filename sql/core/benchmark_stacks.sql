-- Stacks of each run with the frameworks of the catalogue that they are made of.
-- grain: run, stack
-- audit: not_null(run, stack, framework, environment, mode, is_shipped, is_compiled)
-- warning: a stack whose framework is not in the catalogue has no row: neither has what the runner is tested with
select
    stacks.run,
    stacks.stack,
    names.framework,
    backends.framework as backend, -- what it computes with, where that is another framework
    stacks.environment,
    stacks.mode,
    stacks.is_shipped,
    stacks.is_compiled
from staging.bench_stacks as stacks
inner join catalog.names as names on names.kind = 'package' and names.name = stacks.package
left join catalog.names as backends on backends.kind = 'package' and backends.name = stacks.backend_package
