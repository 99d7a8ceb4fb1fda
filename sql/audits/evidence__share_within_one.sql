-- A share and both ends of its interval lie between 0 and 1.
select evidence_id, value, low, high
from marts.evidence
where unit = 'share' and (value < 0 or value > 1 or low < 0 or high > 1)
