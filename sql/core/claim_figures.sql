-- The names in each claim's rule, among them figures of subjects that are no framework of the catalogue: packages that
-- are looked at and compared with nothing.
-- grain: claim_id
-- audit: not_null(claim_id, names)
-- warning: such a subject has figures of evidence for the claims that name it, and stands in no chart and no ranking
select
    claim_id,
    ' ' || regexp_replace(rule, '[^a-z0-9_.]+', ' ', 'g') || ' ' as names -- metric.subject, with spaces around each
from catalog.claims
where rule is not null
