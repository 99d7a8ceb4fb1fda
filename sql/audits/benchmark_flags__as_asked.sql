-- Whoever was timed ran as it was told: each flag that was asked for is what every worker read back.
select run, setting, stack, division, flag, asked, found, workers_otherwise
from marts.benchmark_flags
where asked is not null and (found <> asked or workers_otherwise > 0)
