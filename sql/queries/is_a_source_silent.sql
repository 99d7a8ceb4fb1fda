-- Is a source silent, old or broken? Every source that is not fresh and steady, and what is lost.
select dataset, source, status, regime, last_attempt_at, last_message, newest_period, age_days, fresh_days, missing
from marts.source_health
where status <> 'ok' or regime <> 'steady'
order by age_days desc nulls last, dataset, source
