-- Downloads of a framework by month and class of installer, all its packages together.
-- What people and their scripts install with is one class, what copies the whole index another. The feed does not say
-- who sat before the machine: automatic builds use the installers of persons, so `person` is an upper bound.
-- grain: framework, month, installer_class
-- audit: not_null(framework, month, installer_class, downloads, days, downloads_per_day, share, feed_until, is_partial)
-- audit: downloads >= 0, days >= 1, days <= 31, share >= 0, share <= 1
-- warning: never spliced with other counts of downloads: they differ by up to a factor of two
with
list_installers as (
    select *
    from (
        values
        ('pip', 'person'), ('uv', 'person'), ('poetry', 'person'), ('pdm', 'person'), ('pipenv', 'person'),
        ('conda', 'person'), ('mamba', 'person'), ('micromamba', 'person'), ('pixi', 'person'), ('rye', 'person'),
        ('hatch', 'person'), ('setuptools', 'person'), ('distribute', 'person'), ('pex', 'person'),
        ('homebrew', 'person'), ('browser', 'person'),
        ('bandersnatch', 'mirror'), ('z3c.pypimirror', 'mirror'), ('pep381client', 'mirror'), ('devpi', 'mirror'),
        ('artifactory', 'mirror'), ('nexus', 'mirror'), ('pulp', 'mirror')
    ) as classes (installer, installer_class)
),
name_packages as (
    select
        figures.month,
        figures.downloads,
        figures.feed_until,
        figures.source,
        names.framework,
        coalesce(classes.installer_class, 'other') as installer_class
    from staging.package_downloads_month as figures
    inner join catalog.names as names on names.name = figures.package and names.kind = 'package'
    left join list_installers as classes on classes.installer = lower(figures.installer)
),
sum_classes as (
    select
        framework,
        month,
        installer_class,
        sum(downloads) as downloads
    from name_packages
    group by framework, month, installer_class
),
sum_months as (
    select
        framework,
        month,
        sum(downloads) as downloads,
        min(feed_until) as feed_until,
        min(source) as source
    from name_packages
    group by framework, month
),
count_days as (
    select
        *,
        feed_until < last_day(month) as is_partial,
        case
            when feed_until < last_day(month) then extract(day from feed_until)
            else extract(day from last_day(month))
        end as days
    from sum_months
    where feed_until >= month and downloads > 0
)
select
    totals.framework,
    totals.month,
    listed.installer_class, -- person, mirror or other
    coalesce(classes.downloads, 0) as downloads, -- the month was read: an installer without a row had none
    totals.days, -- days counted
    cast(coalesce(classes.downloads, 0) as double) / totals.days as downloads_per_day,
    cast(coalesce(classes.downloads, 0) as double) / totals.downloads as share,
    totals.feed_until, -- last day the feed had
    totals.is_partial,
    totals.source
from count_days as totals
cross join (values ('person'), ('mirror'), ('other')) as listed (installer_class)
left join sum_classes as classes
    on classes.framework = totals.framework
    and classes.month = totals.month
    and classes.installer_class = listed.installer_class
