-- In which weeks did a repository lose stars? GitHub removes fake accounts now and then.
select framework, week, repository, stars, stars_gained, weeks_since_previous
from marts.stars_week
where stars_gained < 0
order by stars_gained
limit 20
