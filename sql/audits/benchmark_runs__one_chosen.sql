-- Evidence rests on one run a device at most, and every figure of it on a run that is marked.
with
count_chosen as (
    select device, count(*) as runs_chosen
    from marts.benchmark_runs
    where is_chosen
    group by device
)
select 'runs chosen on ' || device as what, runs_chosen as found
from count_chosen
where runs_chosen > 1
union all
select 'figures of no chosen run', count(*)
from core.benchmark_forks as figures
left join core.benchmark_runs as runs on runs.run = figures.run and runs.is_chosen
where runs.run is null
having count(*) > 0
