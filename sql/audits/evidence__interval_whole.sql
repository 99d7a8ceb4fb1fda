-- An interval has two ends; a figure without one says why in its note.
select evidence_id, low, high, note
from marts.evidence
where (low is null) <> (high is null)
    or (low is null and note not like '%no sampling error%' and not (is_withheld and note like '%has no interval%'))
