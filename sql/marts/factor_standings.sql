-- How each framework stands on each factor: 1 is as good as the best, with what is not known left open.
-- grain: factor, framework
-- audit: not_null(factor, framework), p_best >= 0, p_best <= 1, p_best_even >= 0, p_best_even <= 1, low <= high
-- warning: low and high hold what has not been measured as well as chance
select
    standings.factor, -- key of the factor
    factors.label as factor_label, -- its heading
    standings.framework, -- key of the framework
    frameworks.label as framework_label, -- its name
    standings.standing, -- mean standing (0 to 1), the unmeasured drawn evenly between worst and best
    standings.low, -- lower end, 5 %, the unmeasured taken at its worst
    standings.high, -- upper end, 95 %, the unmeasured taken at its best
    standings.measured_share, -- part of the factor's importance that is measured for this framework (0 to 1)
    standings.p_best, -- share of draws in which it is best whatever the unmeasured turns out to be
    standings.p_best_even, -- share of draws in which it is best, the unmeasured drawn evenly
    standings.p_best_possible -- share of draws in which it may be best
from advice.factor_standings as standings
inner join catalog.factors as factors on factors.factor = standings.factor
inner join catalog.frameworks as frameworks on frameworks.framework = standings.framework
