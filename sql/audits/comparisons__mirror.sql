-- A ratio and its mirror image multiply to 1.
select mine.evidence_id, mine.ratio, theirs.ratio as mirrored
from marts.comparisons as mine
left join marts.comparisons as theirs
    on theirs.metric = mine.metric and theirs.framework = mine.rival and theirs.rival = mine.framework
where theirs.ratio is null or abs(mine.ratio * theirs.ratio - 1) > 0.000001
