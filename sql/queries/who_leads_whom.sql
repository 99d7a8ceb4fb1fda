-- Who leads whom, beyond doubt? Ratios whose whole interval lies above 1, among figures that are not too old.
select evidence_id, round(ratio, 2) as ratio, round(low, 2) as low, round(high, 2) as high, as_of
from marts.comparisons
where low > 1 and not is_stale
order by metric, ratio desc
