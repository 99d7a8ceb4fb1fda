-- Every figure the core works out stands in marts.evidence: as many rows a metric here as there.
with
count_core as (
    select metric, count(*) as figures
    from (
        select metric from core.evidence_downloads
        union all
        select metric from core.evidence_releases
        union all
        select metric from core.evidence_activity
        union all
        select metric from core.evidence_stars
        union all
        select metric from core.evidence_questions
        union all
        select metric from core.evidence_surveys
        union all
        select metric from core.evidence_papers
        union all
        select metric from core.evidence_jobs
        union all
        select metric from core.evidence_search
        union all
        select metric from core.evidence_packages
        union all
        select metric from core.evidence_github
        union all
        select metric from core.evidence_installs
        union all
        select metric from core.evidence_hub
        union all
        select metric from core.evidence_attention
        union all
        select metric from core.evidence_postings
        union all
        select metric from core.evidence_benchmarks
        union all
        select metric from core.evidence_probes
    ) as figures
    group by metric
),
count_marts as (
    select metric, count(*) as figures from marts.evidence group by metric
)
select core.metric, core.figures as figures_in_core, coalesce(marts.figures, 0) as figures_in_marts
from count_core as core
left join count_marts as marts on marts.metric = core.metric
where core.figures <> coalesce(marts.figures, 0)
