-- Issues and pull requests of each framework's repository by month: opened, closed, and how long closing took.
-- grain: framework, kind, month
-- audit: not_null(framework, kind, month, is_lower_bound, is_partial), opened >= 0, closed >= 0
-- audit: median_days_to_close >= 0
-- warning: issues and pull requests are never added; what is closed in a month was mostly opened before
select
    framework, -- key of the framework
    kind, -- issue, or pull for pull requests
    month, -- first day of the month
    repository, -- the name it was asked for by
    opened, -- opened in the month
    closed, -- closed in the month
    opened_per_day, -- opened divided by the days of the month; null in a partial month
    median_days_to_close, -- median days from opening to closing of those sampled
    closed_sampled, -- how many closed ones the median rests on
    is_lower_bound, -- true where the host said that its search was cut short
    is_partial, -- true where the month was not over when it was read
    source -- where the figure was read
from core.issues_month
