-- By what each pull is multiplied so that it compares with the pull it is measured by: the ratio of the sums over
-- everything that both read. Pulls of more than five terms share an anchor; pulls of other days share most of it.
-- Method and bounds: West 2020, "Calibration of Google Trends Time Series", CIKM (arXiv 2007.13861): every value may
-- be off by its rounding, so the ratio lies between the sums with all of them lowest and all of them highest.
-- grain: pull, kind, geo, granularity
-- audit: not_null(pull, kind, geo, granularity, scale, ratio), low <= ratio, ratio <= high, low > 0
-- warning: pulls that share nothing are on different scales and are never compared
with
list_pulls as (
    select pull, min(question) as question, max(fetched_at) as fetched_at
    from core.search_payload
    group by pull
),
describe_pulls as (
    select
        readings.pull,
        readings.kind,
        readings.geo,
        readings.granularity,
        min(pulls.question) as question,
        max(pulls.fetched_at) as fetched_at,
        count(distinct readings.framework) as frameworks,
        min(readings.period) as first_period,
        max(readings.period) as last_period
    from core.search_readings_period as readings
    inner join list_pulls as pulls on pulls.pull = readings.pull
    group by readings.pull, readings.kind, readings.geo, readings.granularity
),
pick_candidates as (
    select *
    from describe_pulls
    qualify row_number() over (
        partition by kind, geo, granularity, question
        order by fetched_at desc, frameworks desc, pull
    ) = 1
),
sum_common as (
    select
        mine.pull,
        mine.kind,
        mine.geo,
        mine.granularity,
        theirs.pull as scale,
        sum(mine.interest) as mine_sum,
        sum(mine.low) as mine_low,
        sum(mine.high) as mine_high,
        sum(theirs.interest) as their_sum,
        sum(theirs.low) as their_low,
        sum(theirs.high) as their_high
    from core.search_readings_period as mine
    inner join core.search_readings_period as theirs
        on theirs.kind = mine.kind and theirs.geo = mine.geo and theirs.granularity = mine.granularity
            and theirs.framework = mine.framework and theirs.term = mine.term and theirs.period = mine.period
    inner join pick_candidates as candidates
        on candidates.pull = theirs.pull and candidates.kind = theirs.kind and candidates.geo = theirs.geo
            and candidates.granularity = theirs.granularity
    where theirs.pull <> mine.pull and not mine.is_partial and not theirs.is_partial
    group by mine.pull, mine.kind, mine.geo, mine.granularity, theirs.pull
),
measure_ratios as (
    select
        common.*,
        -- the same question over the same span: another sample on the same scale
        candidates.question = pulls.question and candidates.frameworks = pulls.frameworks
        and candidates.first_period = pulls.first_period and candidates.last_period = pulls.last_period as is_repeated,
        candidates.frameworks,
        candidates.fetched_at
    from sum_common as common
    inner join pick_candidates as candidates
        on candidates.pull = common.scale and candidates.kind = common.kind and candidates.geo = common.geo
            and candidates.granularity = common.granularity
    inner join describe_pulls as pulls
        on pulls.pull = common.pull and pulls.kind = common.kind and pulls.geo = common.geo
            and pulls.granularity = common.granularity
    where common.mine_low > 0 and common.their_low > 0
),
stack_scales as (
    select
        pull,
        kind,
        geo,
        granularity,
        pull as scale,
        frameworks,
        fetched_at,
        1.0 as ratio,
        1.0 as low,
        1.0 as high
    from pick_candidates
    union all
    select
        pull,
        kind,
        geo,
        granularity,
        scale,
        frameworks,
        fetched_at,
        case when is_repeated then 1.0 else their_sum / mine_sum end,
        case when is_repeated then 1.0 else their_low / mine_high end,
        case when is_repeated then 1.0 else their_high / mine_low end
    from measure_ratios
    union all
    -- what no candidate overlaps stands by itself, behind all of them
    select pull, kind, geo, granularity, pull, 0, fetched_at, 1.0, 1.0, 1.0
    from describe_pulls
)
select
    pull,
    kind,
    geo,
    granularity,
    scale, -- the pull it is measured by: the one with the most frameworks, then the newest
    cast(ratio as double) as ratio,
    cast(low as double) as low,
    cast(high as double) as high
from stack_scales
qualify row_number() over (
    partition by pull, kind, geo, granularity order by frameworks desc, fetched_at desc, scale
) = 1
