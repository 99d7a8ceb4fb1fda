-- What is not known? Standing metrics by factor, with the frameworks that have no figure for them.
select
    metrics.factor,
    metrics.metric,
    metrics.label,
    frameworks.framework,
    case
        when figures.evidence_id is null then 'not measured'
        when figures.is_withheld then 'withheld: marts.evidence.note says why'
        else 'too old'
    end as why
from catalog.metrics as metrics
cross join catalog.frameworks as frameworks
left join marts.evidence as figures on figures.metric = metrics.metric and figures.framework = frameworks.framework
where metrics.standing and (figures.evidence_id is null or figures.is_stale or figures.is_withheld)
order by metrics.factor, metrics.metric, frameworks.position
