-- The intervals in SQL are written for 90 %: 1.6449 standard errors, and the 95 % points of core.t_quantiles.
select interval as interval_in_catalogue
from catalog.edition
where abs(interval - 0.90) > 0.000001
