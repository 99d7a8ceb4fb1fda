-- Who leads each factor, how surely, and whom the articles named.
-- grain: factor
-- audit: not_null(factor, winner, verdict), measured_share >= 0, measured_share <= 1
-- warning: `not measured` is no draw: nothing is known yet
select
    verdicts.factor, -- key of the factor
    factors.label, -- its heading
    verdicts.winner, -- key of the framework that leads, `tie`, or `not measured`
    verdicts.p_best, -- probability of leading by framework, whatever the unmeasured turns out to be
    factors.article_winner, -- whom the articles name: a framework, `draw` or `none`
    verdicts.measured_share, -- part of the factor's importance that is measured (0 to 1)
    verdicts.verdict -- the verdict in words
from advice.factor_verdicts as verdicts
inner join catalog.factors as factors on factors.factor = verdicts.factor
