-- Stacks of each run of the probes with the frameworks of the catalogue that they are made of.
-- grain: run, stack
-- audit: not_null(run, stack, framework, mode, is_shipped, is_documented, is_default)
-- warning: a stack whose framework is not in the catalogue has no row
select
    stacks.run,
    stacks.stack,
    names.framework,
    backends.framework as backend, -- what it computes with, where that is another framework
    stacks.mode,
    stacks.is_shipped, -- the way one gets without asking, on its backend
    stacks.is_documented, -- that, or the compiled way documented beside it
    stacks.is_default -- shipped, on the default backend
from staging.probe_stacks as stacks
inner join catalog.names as names on names.kind = 'package' and names.name = stacks.package
left join catalog.names as backends on backends.kind = 'package' and backends.name = stacks.backend_package
