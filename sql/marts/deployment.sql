-- Exports: each workload by stack and format, and what could answer the artefact.
-- grain: workload, stack, format
-- audit: not_null(workload, stack, format, framework, exporter, status, reason, runtimes, run, machine, measured_on)
-- audit: status in ('exported', 'failed', 'died', 'hung', 'not-run')
-- audit: status = 'exported' or has_answer is null or not has_answer
-- warning: of the smallest size of each workload; the runtimes that were tried are in marts.deployment_serving
with
judge_answers as (
    select
        run,
        workload,
        stack,
        format,
        count(case when status not in ('not-run', 'no-runtime') then 1 end) as runtimes,
        max(case when status = 'answers' then 1 when status not in ('not-run', 'no-runtime') then 0 end) = 1
            as has_answer,
        max(
            case
                when status = 'answers' and is_without_framework then 1
                when status not in ('not-run', 'no-runtime') then 0
            end
        ) = 1 as has_answer_without_framework,
        max(
            case
                when status = 'answers' and is_without_python then 1
                when language <> 'python' and status <> 'not-run' then 0
            end
        ) = 1 as has_answer_without_python,
        max(
            case
                when status = 'answers' and other_status = 'answers' then 1
                when status not in ('not-run', 'no-runtime') then 0
            end
        ) = 1 as has_answer_at_other_batch,
        string_agg(case when status = 'answers' then runtime end, ', ' order by runtime) as answering,
        max(case when status = 'answers' then max_rel end) as max_rel
    from staging.probe_deployment_answers
    group by run, workload, stack, format
)
select
    figures.workload, -- the workload's name
    figures.stack, -- framework and backend in one word
    figures.format, -- what is made
    stacks.framework, -- key of the framework
    stacks.backend, -- key of the framework it computes with; null where that is itself
    figures.exporter, -- the call that makes it
    figures.status, -- exported, failed (it raised), died, hung, or not-run
    figures.reason, -- the error's first line; empty if exported
    figures.exception, -- the error's type
    figures.seconds as export_s, -- seconds of the exporter's call
    figures.artefact_bytes, -- size of all its files
    figures.files, -- how many they are
    figures.batch, -- samples of the example it was made with
    figures.length, -- length of that example's sequences, where lengths change
    figures.fixed, -- why the exporter was given a fixed shape; empty where it was not
    figures.opset, -- version of the operators, where the format has one
    figures.deprecation, -- warnings in which a library calls what was used deprecated
    answers.has_answer, -- some runtime answered as the framework does; null: none could be asked
    answers.has_answer_without_framework, -- one did that could not have loaded the framework
    answers.has_answer_without_python, -- one did without an interpreter
    answers.has_answer_at_other_batch, -- one did at another batch than it was made with
    coalesce(answers.runtimes, 0) as runtimes, -- runtimes that were asked
    coalesce(answers.answering, '') as answering, -- those that answered
    answers.max_rel, -- largest difference of those, over the largest value
    units.short_run as run, -- the run, by the first eight digits of its id
    units.environment, -- versions in words; null where no process told
    units.device, -- cpu or cuda
    units.host_id, -- hash of all that is known of the machine
    units.machine, -- the machine in words
    units.origin, -- bundled, or the reader's own
    units.measured_on -- day the run began
from staging.probe_deployment_exports as figures
inner join core.probe_units as units
    on units.run = figures.run and units.probe = 'deployment' and units.unit = figures.unit
inner join core.probe_stacks as stacks on stacks.run = figures.run and stacks.stack = figures.stack
left join judge_answers as answers
    on answers.run = figures.run
    and answers.workload = figures.workload
    and answers.stack = figures.stack
    and answers.format = figures.format
