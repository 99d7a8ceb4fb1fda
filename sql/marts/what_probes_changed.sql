-- What the figures of the probes changed: each factor's standings and each reader's advice, with them and without.
-- Without means that every figure of theirs is missing, which decision 0005 treats as anything from worst to best.
-- grain: kind, subject, framework
-- audit: not_null(kind, subject, framework, p_best, p_best_without, is_first, was_first), kind in ('factor', 'reader')
-- audit: measured >= measured_without - 0.000001
-- warning: no row without a figure of the probes; what other data sets changed is not here
with
name_winners as (
    select
        winners.factor,
        winners.winner,
        without.winner as winner_without
    from advice.factor_verdicts as winners
    inner join advice.factor_verdicts_without as without on without.factor = winners.factor
)
select
    'factor' as kind, -- factor or reader
    standings.factor as subject, -- key of the factor or the reader
    standings.framework, -- key of the framework
    standings.p_best, -- share of draws in which it is best whatever the unmeasured turns out to be
    without.p_best as p_best_without, -- the same without the probes
    standings.p_best_even, -- share of draws in which it is best, the unmeasured drawn evenly
    without.p_best_even as p_best_even_without, -- the same without the probes
    standings.p_best_possible, -- share of draws in which it may be best
    without.p_best_possible as p_best_possible_without, -- the same without the probes
    standings.measured_share as measured, -- part of the factor's importance or reader's weight that is known
    without.measured_share as measured_without, -- the same without the probes
    winners.winner = standings.framework as is_first, -- it leads the factor, or is the reader's pick
    winners.winner_without = standings.framework as was_first, -- the same without the probes
    cast(null as boolean) as is_lean, -- it leads at the published standings; null for a factor
    cast(null as boolean) as was_lean -- the same without the probes
from advice.factor_standings as standings
inner join advice.factor_standings_without as without
    on without.factor = standings.factor and without.framework = standings.framework
inner join name_winners as winners on winners.factor = standings.factor
union all
select
    'reader',
    advised.reader,
    advised.framework,
    advised.p_best,
    without.p_best,
    advised.p_best_even,
    without.p_best_even,
    advised.p_best_possible,
    without.p_best_possible,
    picks.measured_weight,
    picks_without.measured_weight,
    advised.is_pick,
    without.is_pick,
    coalesce(picks.lean = advised.framework, false),
    coalesce(picks_without.lean = advised.framework, false)
from advice.recommendations as advised
inner join advice.recommendations_without as without
    on without.reader = advised.reader and without.framework = advised.framework
inner join advice.picks as picks on picks.reader = advised.reader
inner join advice.picks_without as picks_without on picks_without.reader = advised.reader
