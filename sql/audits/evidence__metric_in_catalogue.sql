-- Every figure of evidence belongs to a metric of the catalogue.
with
stack_figures as (
    select metric, framework from core.evidence_downloads
    union all
    select metric, framework from core.evidence_releases
    union all
    select metric, framework from core.evidence_activity
    union all
    select metric, framework from core.evidence_stars
    union all
    select metric, framework from core.evidence_questions
    union all
    select metric, framework from core.evidence_surveys
    union all
    select metric, framework from core.evidence_papers
    union all
    select metric, framework from core.evidence_jobs
    union all
    select metric, framework from core.evidence_search
    union all
    select metric, framework from core.evidence_packages
    union all
    select metric, framework from core.evidence_github
    union all
    select metric, framework from core.evidence_installs
    union all
    select metric, framework from core.evidence_hub
    union all
    select metric, framework from core.evidence_attention
    union all
    select metric, framework from core.evidence_postings
    union all
    select metric, framework from core.evidence_benchmarks
    union all
    select metric, framework from core.evidence_probes
)
select figures.metric, figures.framework
from stack_figures as figures
left join catalog.metrics as metrics on metrics.metric = figures.metric
where metrics.metric is null
