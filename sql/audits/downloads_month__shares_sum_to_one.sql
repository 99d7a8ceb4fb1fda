-- The frameworks' shares of a month sum to 1.
select month, sum(share_among_frameworks) as total
from marts.downloads_month
group by month
having abs(sum(share_among_frameworks) - 1) > 0.000001
