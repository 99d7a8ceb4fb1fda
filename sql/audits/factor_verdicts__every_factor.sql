-- Every scored factor has a verdict, or the advice was not worked out at all.
select factors.factor
from catalog.factors as factors
left join marts.factor_verdicts as verdicts on verdicts.factor = factors.factor
where factors.scored and verdicts.factor is null and (select count(*) from marts.factor_verdicts) > 0
