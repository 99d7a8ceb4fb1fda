-- Every data set of the catalogue is accounted for, and one without figures says what is lost.
select datasets.dataset, health.status, health.missing
from catalog.datasets as datasets
left join marts.source_health as health on health.dataset = datasets.dataset
where health.dataset is null or (health.rows = 0 and health.missing is null)
