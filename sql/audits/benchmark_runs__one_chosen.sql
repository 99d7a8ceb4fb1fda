-- Evidence rests on one run at most, and where it rests on one that run is marked.
select
    (select count(*) from marts.benchmark_runs where is_chosen) as runs_chosen,
    (select count(*) from core.evidence_benchmarks) as figures
where (select count(*) from marts.benchmark_runs where is_chosen) > 1
    or (
        (select count(*) from marts.benchmark_runs where is_chosen) = 0
        and (select count(*) from core.evidence_benchmarks) > 0
    )
