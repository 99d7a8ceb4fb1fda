-- For each kind of reader, what to take, why, and how little would change the advice.
-- grain: reader
-- audit: not_null(reader), measured_weight >= 0, measured_weight <= 1.000001
-- warning: a null pick says "too close to call", not that nothing is good
select
    picks.reader, -- key of the reader
    readers.label, -- who that is
    readers.wants, -- what they are after
    picks.pick, -- key of the framework advised; null: too close to call
    picks.lean, -- key of the leader at the published standings and the reader's own weights, the unmeasured at its middle
    picks.contenders, -- the frameworks it is between
    picks.measured_weight, -- part of the reader's weight that is measured (0 to 1)
    picks.reasons, -- the two factors that speak most for it
    picks.flip_factor, -- the factor whose weight would change the lean first
    picks.flip_weight_from, -- the reader's weight on it
    picks.flip_weight_to, -- the weight at which the lean changes
    picks.flips_to, -- key of the framework it changes to
    picks.settle_factor, -- the unmeasured factor that weighs most
    picks.settle_rival, -- key of the framework that could overtake the lean if that factor were measured; null: none could
    picks.settle_lead -- how far ahead it would have to come out there, in standings (0 to 1)
from advice.picks as picks
inner join catalog.readers as readers on readers.reader = picks.reader
