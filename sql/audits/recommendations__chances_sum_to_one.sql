-- A reader's p_best_even sums to 1 over the frameworks.
select reader, sum(p_best_even) as total
from marts.recommendations
group by reader
having abs(sum(p_best_even) - 1) > 0.000001
