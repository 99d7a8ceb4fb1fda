-- What is drawn on a logarithmic scale lies above zero, and what is drawn between bounds has both.
select evidence_id, spread, value, low, high
from marts.evidence
where (spread = 'lognormal' and (value <= 0 or low <= 0)) or (spread = 'bounds' and (low is null or high is null))
