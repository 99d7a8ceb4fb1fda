-- Downloads of each framework by month and class of installer: persons' installers, mirrors, everything else.
-- grain: framework, month, installer_class
-- audit: not_null(framework, month, installer_class, downloads, downloads_per_day, share, is_partial), downloads >= 0
-- audit: share >= 0, share <= 1
-- warning: automatic builds use persons' installers too; never spliced with other counts of downloads
select
    framework, -- key of the framework
    month, -- first day of the month
    installer_class, -- person (pip, uv, poetry, conda ...), mirror (copies of the whole index) or other and unknown
    cast(downloads as bigint) as downloads, -- downloads of all its packages through installers of the class
    days, -- days of the month that the feed had
    downloads_per_day, -- downloads divided by those days
    share, -- part of the framework's downloads of the month (0 to 1)
    feed_until, -- last day the feed had when it was read
    is_partial, -- true where the feed did not reach the month's end
    source -- where the figure was read
from core.downloads_installer_month
