-- How sure is each figure that counts? Its interval, its day, and whether it is too old.
select
    factor,
    evidence_id,
    value,
    low,
    high,
    unit,
    as_of,
    is_stale,
    note
from marts.evidence
where standing
order by factor, metric, value desc
