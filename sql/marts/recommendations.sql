-- For each kind of reader, how likely each framework is the best choice.
-- grain: reader, framework
-- audit: not_null(reader, framework, p_best, rank_low, rank_high), p_best >= 0, p_best <= 1
-- audit: p_best <= p_best_possible, rank_low <= rank_high, utility_low <= utility_high
-- warning: p_best does not sum to 1: what is left is undecided until more is measured
select
    advised.reader, -- key of the reader
    readers.label as reader_label, -- who that is
    advised.framework, -- key of the framework
    frameworks.label as framework_label, -- its name
    advised.p_best, -- share of draws in which it is best whatever the unmeasured turns out to be
    advised.p_best_even, -- share of draws in which it is best, the unmeasured drawn evenly; sums to 1
    advised.p_best_possible, -- share of draws in which it may be best
    advised.rank_low, -- best rank it may take
    advised.rank_high, -- worst rank it may take
    advised.utility_low, -- lower end of its weighted standing
    advised.utility_high, -- upper end of its weighted standing
    advised.is_pick -- true where it is the advice
from advice.recommendations as advised
inner join catalog.readers as readers on readers.reader = advised.reader
inner join catalog.frameworks as frameworks on frameworks.framework = advised.framework
