-- How much slower or faster is one stack than another? Every declared pair of the runs that evidence rests on, matched.
select
    pairs.workload,
    pairs.phase,
    pairs.measured,
    pairs.against,
    round(pairs.ratio, 3) as times_as_long,
    round(pairs.low, 3) as low,
    round(pairs.high, 3) as high,
    pairs.verdict,
    round(1000 * pairs.measured_s, 3) as ms_measured,
    round(1000 * pairs.against_s, 3) as ms_against,
    pairs.machine
from marts.benchmark_contrasts as pairs
inner join marts.benchmark_runs as runs on runs.run = pairs.run
where runs.is_chosen and pairs.division = 'matched' and pairs.kind = 'contrast'
order by pairs.track desc, pairs.phase, pairs.measured, pairs.against, pairs.workload
