-- Level and growth of downloads a day over the last 12, 13 and 37 months, for each framework and for its most
-- downloaded companion.
-- Ordinary least squares of ln(downloads a day) on the month, with one slope and a step where the counting
-- changes: analysis of covariance, in closed form by centring within eras (Draper & Smith, Applied Regression
-- Analysis, 3rd ed., 1998, ch. 14). df = months - eras - 1.
-- grain: framework, subject, window_months
-- audit: not_null(framework, subject, level, growth), months >= 8, level_low <= level, level <= level_high
-- audit: growth_low <= growth, growth <= growth_high
-- warning: neighbouring months are alike, which the formula does not know: the intervals are rather narrow
with
pick_companion as (
    select framework, package
    from core.package_downloads_month
    where role = 'companion'
    qualify row_number() over (partition by framework order by month desc, downloads_per_day desc, position_in_role) = 1
),
stack_series as (
    select framework, 'packages' as subject, month, downloads_per_day, counting_era
    from core.downloads_month
    where downloads_per_day > 0
    union all
    select figures.framework, figures.package as subject, figures.month, figures.downloads_per_day, figures.counting_era
    from core.package_downloads_month as figures
    inner join pick_companion as companion
        on companion.framework = figures.framework and companion.package = figures.package
    where figures.role = 'companion' and figures.downloads_per_day > 0
),
number_months as (
    select
        *,
        extract(year from month) * 12 + extract(month from month) as t,
        ln(downloads_per_day) as y,
        max(extract(year from month) * 12 + extract(month from month)) over (
            partition by framework, subject
        ) as newest_t
    from stack_series
),
cut_windows as (
    select series.*, windows.window_months, windows.months_needed
    from number_months as series
    inner join (values (12, 8), (13, 10), (37, 30)) as windows (window_months, months_needed)
        on series.newest_t - series.t < windows.window_months
),
centre_segments as (
    select
        *,
        avg(t) over segment as t_mean,
        avg(y) over segment as y_mean,
        count(*) over segment as segment_months,
        max(t) over segment as segment_end
    from cut_windows
    window segment as (partition by framework, subject, window_months, counting_era)
),
keep_segments as (
    -- one or two months after a break say nothing about the slope: they are left out
    select *, max(t) over (partition by framework, subject, window_months) as last_t
    from centre_segments
    where segment_months >= 3
),
sum_squares as (
    select
        framework,
        subject,
        window_months,
        max(months_needed) as months_needed,
        max(month) as newest_month,
        count(*) as months,
        count(distinct counting_era) as eras,
        sum((t - t_mean) * (t - t_mean)) as s_tt,
        sum((t - t_mean) * (y - y_mean)) as s_ty,
        sum((y - y_mean) * (y - y_mean)) as s_yy,
        max(case when segment_end = last_t then segment_months end) as newest_months,
        max(case when segment_end = last_t then y_mean end) as newest_y_mean,
        max(case when segment_end = last_t then last_t - t_mean end) as newest_t_off
    from keep_segments
    group by framework, subject, window_months
),
fit_lines as (
    select
        *,
        s_ty / s_tt as slope,
        months - eras - 1 as df,
        newest_y_mean + s_ty / s_tt * newest_t_off as log_level,
        sqrt(greatest(s_yy - s_ty * s_ty / s_tt, 0) / (months - eras - 1)) as residual
    from sum_squares
    where months >= months_needed
),
widen_lines as (
    select
        lines.*,
        quantiles.t * lines.residual
        * sqrt(1.0 / lines.newest_months + lines.newest_t_off * lines.newest_t_off / lines.s_tt) as level_reach,
        quantiles.t * lines.residual / sqrt(lines.s_tt) * (lines.window_months - 1) as growth_reach
    from fit_lines as lines
    inner join core.t_quantiles as quantiles on quantiles.df = least(lines.df, 60)
)
select
    framework,
    subject, -- 'packages' for the framework itself, else the companion's name
    window_months,
    newest_month,
    months, -- months with a figure that entered
    eras, -- one step is fitted between each two
    df,
    slope, -- change of ln(downloads a day) a month
    exp(log_level) as level, -- fitted downloads a day in the newest month
    exp(log_level - level_reach) as level_low,
    exp(log_level + level_reach) as level_high,
    exp(slope * (window_months - 1)) as growth, -- ratio over window_months - 1 months
    exp(slope * (window_months - 1) - growth_reach) as growth_low,
    exp(slope * (window_months - 1) + growth_reach) as growth_high
from widen_lines
