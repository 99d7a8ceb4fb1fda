-- The claims of the articles, each with the rule that decides it and its verdict.
-- grain: claim_id
-- audit: not_null(claim_id, factor, claim, verdict, why)
-- warning: a verdict follows from the rule, which was fixed before the data was read
select
    claims.claim_id, -- C00 to C37
    claims.factor, -- key of the factor it belongs to
    claims.text as claim, -- what is claimed, in short
    claims.rule, -- the rule that decides it; null where nothing measurable is claimed
    claims.kind, -- measured or context
    verdicts.verdict, -- supported, contradicted, mixed, not enough evidence or context
    verdicts.why, -- one sentence with the figures and their days
    verdicts.evidence_ids, -- the figures it rests on
    claims.needs -- what would bring the figures that are missing
from advice.claims as verdicts
inner join catalog.claims as claims on claims.claim_id = verdicts.claim_id
