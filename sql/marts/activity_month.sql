-- Commits and committing people of each framework's repository by month.
-- grain: framework, month
-- audit: not_null(framework, month, commits, authors, is_partial), commits >= 0, authors >= 0
-- warning: only histories that could be read are here; a framework without rows was not measured
select
    framework, -- key of the framework
    month, -- first day of the month
    repository, -- the repository read
    commits, -- commits, merges left out
    authors, -- people who committed, told apart by e-mail address
    new_authors, -- people who committed for the first time
    is_partial, -- true where the month may not be complete: the newest one read
    source -- where the figure was read
from core.activity_month
