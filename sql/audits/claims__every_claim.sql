-- Every claim of the catalogue has a verdict, of the five there are, or the advice was not worked out at all.
select claims.claim_id, verdicts.verdict
from catalog.claims as claims
left join marts.claims as verdicts on verdicts.claim_id = claims.claim_id
where (select count(*) from marts.claims) > 0
    and coalesce(verdicts.verdict, '') not in ('supported', 'contradicted', 'mixed', 'not enough evidence', 'context')
