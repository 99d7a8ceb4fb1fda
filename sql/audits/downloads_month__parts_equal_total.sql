-- A framework's downloads are those of its packages, added up.
with
sum_packages as (
    select framework, month, sum(downloads) as downloads
    from core.package_downloads_month
    where role = 'package'
    group by framework, month
)
select
    coalesce(parts.framework, totals.framework) as framework,
    coalesce(parts.month, totals.month) as month,
    parts.downloads as parts,
    totals.downloads as total
from sum_packages as parts
full outer join marts.downloads_month as totals on totals.framework = parts.framework and totals.month = parts.month
where parts.downloads is null or totals.downloads is null or parts.downloads <> totals.downloads
