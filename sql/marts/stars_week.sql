-- GitHub stars, forks and open issues of each framework's repository by week.
-- grain: framework, week
-- audit: not_null(framework, week, repository, observed_on, stars), stars >= 0
-- warning: weeks without a row were not observed; stars fall when GitHub removes accounts
select
    framework, -- key of the framework
    week, -- Monday of the week
    repository, -- the name it bore then
    observed_on, -- day of the week's first observation
    stars, -- stars on that day
    stars_gained, -- stars since the previous observation, which may be more than a week before
    weeks_since_previous, -- weeks since the previous observation: more than 1 is a gap
    days_since_previous, -- days since the previous observation
    forks, -- forks on that day
    open_issues_and_pulls, -- open issues and open pull requests together, as GitHub counts them
    source -- where the figure was read
from core.stars_week
