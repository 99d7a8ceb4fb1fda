-- Where do machines contradict each other? Pairs that are faster on one processor or GPU and slower on another.
select
    one.workload,
    one.phase,
    one.measured,
    one.against,
    one.track,
    one.precision,
    one.machine as faster_on,
    round(one.ratio, 3) as ratio,
    round(one.high, 3) as at_most,
    other.machine as slower_on,
    round(other.ratio, 3) as ratio_there,
    round(other.low, 3) as at_least_there
from marts.benchmark_contrasts as one
inner join marts.benchmark_contrasts as other
    on other.workload = one.workload and other.phase = one.phase and other.size = one.size
    and other.batch = one.batch
    and other.measured = one.measured and other.against = one.against
    and other.track = one.track and other.division = one.division and other.precision = one.precision
where one.kind = 'contrast' and one.verdict = 'faster' and other.verdict = 'slower' and other.host_id <> one.host_id
order by one.track desc, one.workload, one.phase, one.measured, one.against
