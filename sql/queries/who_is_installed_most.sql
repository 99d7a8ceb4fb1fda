-- Who is installed most, and how has that moved? Downloads a day and shares of the newest month and of the same month
-- in the years before.
select
    framework,
    month,
    round(downloads_per_day) as downloads_per_day,
    round(share_among_frameworks, 3) as share,
    backend
from marts.downloads_month
where extract(month from month) = (select extract(month from max(month)) from marts.downloads_month)
order by month desc, downloads_per_day desc
