-- Is a source silent or old? Every data set that is not fresh, and what is lost.
select dataset, way, status, newest_period, age_days, fresh_days, missing
from marts.source_health
where status <> 'ok'
order by age_days desc nulls last, dataset
