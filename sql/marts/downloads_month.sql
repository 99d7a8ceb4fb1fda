-- Downloads of each framework from the package index by month: raw, per day, shares, and the bounds of what was chosen
-- for itself.
-- grain: framework, month
-- audit: not_null(framework, month, downloads, days, downloads_per_day), downloads_per_day >= 0
-- audit: share_among_frameworks >= 0, share_among_frameworks <= 1, chosen_per_day_low <= chosen_per_day_high
-- warning: the basket of share_of_top_list is every package on the list in all months that belongs to no framework
-- warning: automatic installs and mirrors are in
-- warning: levels before and after a month with is_break do not compare: the counting changed there
select
    framework, -- key of the framework
    month, -- first day of the month the figure lies closest to
    downloads, -- downloads of all its packages on the list, in the days counted
    days, -- days the figure counts: 30 before mid-2025, the month's own length since
    downloads_per_day, -- downloads divided by the days counted: the figure to compare months by
    share_among_frameworks, -- its part of the downloads a day of all frameworks measured in that month (0 to 1)
    share_of_top_list, -- ratio to a fixed basket of other packages, not to the list's total, which is unknown
    chosen_per_day_low * days as downloads_chosen_low, -- downloads less all of the packages that install it
    cast(downloads as double) as downloads_chosen_high, -- all its downloads
    chosen_per_day_low, -- lower bound of the chosen downloads a day
    chosen_per_day_high, -- upper bound of the chosen downloads a day
    rank, -- best place of its packages on the list
    list_size, -- places on the list
    packages, -- how many of its packages were on the list: those below it are missing, not zero
    backend, -- who counted: BigQuery or ClickHouse
    is_break, -- true in the first month of another way of counting
    false as is_partial, -- never: a list is published once its days are over
    listed_on, -- day the list was published
    source -- where the figure was read
from core.downloads_month
