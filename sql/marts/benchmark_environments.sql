-- Versions of every distribution in the environments of a run, as the workers themselves saw them.
-- grain: run, environment, distribution
-- audit: not_null(run, environment, distribution, version, is_framework, python, environment_id, words, machine)
-- warning: of an environment that changed between two starts of a run its last state stands here
with
pick_last as (
    select *
    from staging.bench_environments
    qualify row_number() over (partition by run, environment order by record desc) = 1
)
select
    runs.short_run as run, -- the run, by the first eight digits of its id
    figures.environment, -- name of the environment
    figures.distribution, -- name of the distribution
    figures.version, -- its version
    figures.files_sha256 is not null as is_framework, -- true for the frameworks themselves
    environments.python, -- version of Python
    figures.environment_id, -- hash of the environment and the machine
    environments.words, -- frameworks and Python in words
    runs.device, -- cpu or cuda
    runs.host_id, -- hash of all that is known of the machine
    runs.machine, -- the machine in words
    runs.origin, -- bundled, or the reader's own
    runs.started_on as measured_on -- day the run began
from staging.bench_distributions as figures
inner join core.benchmark_runs as runs on runs.run = figures.run
inner join pick_last as environments
    on environments.run = figures.run and environments.environment_id = figures.environment_id
