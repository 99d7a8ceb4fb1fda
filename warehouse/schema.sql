-- The only hand-written tables: what is loaded, as sent, and never updated or deleted.
-- Every raw table carries fetched_at, run_id, source, request and payload_sha256.
-- `catalog` holds catalog.toml as tables, `advice` what the sampling returned: both are written anew by every build.
create schema if not exists raw;
create schema if not exists catalog;
create schema if not exists advice;

create table if not exists raw.pulls (
    fetched_at timestamp not null,   -- when the figures were read, UTC
    run_id varchar not null,
    source varchar not null,
    request varchar not null,
    payload_sha256 varchar not null, -- empty where no reply came
    dataset varchar not null,
    status varchar not null,         -- ok, no_data, rate_limited, error, not_configured, stale
    rows bigint not null,            -- rows loaded from this reply
    message varchar
);

create table if not exists raw.package_downloads_30d (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    as_of date not null, project varchar not null, downloads_30d bigint not null, rank integer not null, list_size integer not null, backend varchar not null
);

create table if not exists raw.package_releases (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, version varchar not null, first_upload date not null, files integer not null, largest_wheel_bytes bigint
);

create table if not exists raw.repository_counters (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    observed_on date not null, repository varchar not null, stars bigint not null, forks bigint, open_issues_and_pulls bigint
);

create table if not exists raw.repository_activity (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, month date not null, commits bigint not null, authors bigint not null, new_authors bigint
);

create table if not exists raw.questions_monthly (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    population varchar not null, tag varchar not null, month date not null, questions bigint not null, is_partial boolean not null, note varchar
);

create table if not exists raw.questions_yearly (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    population varchar not null, tag varchar not null, year integer not null, questions bigint not null, is_partial boolean not null, note varchar
);

create table if not exists raw.survey_usage (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    survey varchar not null, year integer not null, audience varchar not null, technology varchar not null, label_in_source varchar,
    share_percent double, question_respondents bigint, users bigint, base varchar, status varchar not null, population varchar not null
);

create table if not exists raw.papers (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    population varchar not null, period varchar not null, granularity varchar not null, venue varchar not null, label varchar not null,
    papers bigint not null, total_papers bigint not null, counting_rule varchar, note varchar
);

create table if not exists raw.job_mentions (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    population varchar not null, month date not null, term varchar not null, postings bigint not null, postings_total bigint not null
);

create table if not exists raw.search_interest (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    term varchar not null, kind varchar not null, geo varchar not null, period_start date not null, granularity varchar not null,
    interest double, below_one boolean not null, no_data boolean not null, is_partial boolean not null
);

create table if not exists raw.search_regions (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    term varchar not null, kind varchar not null, region varchar not null, region_name varchar not null, span varchar not null,
    share double, no_data boolean not null
);

create table if not exists raw.search_queries (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    term varchar not null, kind varchar not null, geo varchar not null, ranking varchar not null, position integer not null,
    query varchar not null, value double, is_breakout boolean not null
);

create table if not exists raw.repository_facts (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, repository_id bigint not null, observed_on date not null, created_on date not null, pushed_at timestamp,
    stars bigint not null, forks bigint not null, watchers bigint, open_issues_and_pulls bigint, open_issues bigint, open_pulls bigint,
    is_archived boolean
);

create table if not exists raw.star_gains (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, day date not null, stars_gained bigint not null
);

create table if not exists raw.issue_flow (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, kind varchar not null, month date not null, opened bigint, closed bigint,
    median_hours_to_close double, closed_sampled bigint, is_lower_bound boolean not null, is_partial boolean not null
);

create table if not exists raw.repository_releases (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, tag varchar not null, published_at timestamp not null, is_prerelease boolean not null
);

create table if not exists raw.repository_commits (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, week date not null, commits bigint not null
);

create table if not exists raw.repository_contributors (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    repository varchar not null, observed_on date not null, contributors bigint not null, commits bigint not null,
    active_last_year bigint not null, is_lower_bound boolean not null
);

create table if not exists raw.topic_repositories (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    topic varchar not null, observed_on date not null, repositories bigint not null, is_lower_bound boolean not null
);

create table if not exists raw.package_downloads_day (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, day date not null, split varchar not null, category varchar not null, downloads bigint not null
);

create table if not exists raw.package_downloads_month (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, month date not null, installer varchar not null, downloads bigint not null, feed_until date not null
);

create table if not exists raw.package_files (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, version varchar not null, files integer not null, sdist_bytes bigint, yanked_files integer not null,
    requires_python varchar
);

create table if not exists raw.package_dependencies (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, version varchar not null, requirement varchar not null, specifier varchar not null,
    marker varchar not null, extra varchar not null
);

create table if not exists raw.package_facts (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, version varchar not null, summary varchar, classifiers varchar[] not null, keywords varchar
);

create table if not exists raw.job_postings (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    population varchar not null, posting_key varchar not null, text_key varchar not null, employer_key varchar,
    month date not null, terms varchar[] not null, required varchar[] not null, is_remote boolean,
    salary_low double, salary_high double, salary_currency varchar, salary_period varchar
);

create table if not exists raw.hub_models (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    library varchar not null, task varchar not null, observed_on date not null, models bigint, downloads_30d bigint,
    models_added_30d bigint, models_read bigint not null, is_lower_bound boolean not null
);

create table if not exists raw.page_views_day (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, article varchar not null, day date not null, views bigint not null
);

create table if not exists raw.questions_unanswered (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    population varchar not null, tag varchar not null, month date not null, unanswered bigint not null, is_partial boolean not null
);

create table if not exists raw.package_dependents (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    project varchar not null, observed_on date not null, dependent_packages bigint, dependent_repositories bigint, synced_at timestamp
);

create table if not exists raw.bench_runs (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, schema_version integer not null, started_at timestamp not null, tier varchar not null, device varchar not null,
    seed bigint not null, options varchar not null, rule varchar not null, contrasts varchar not null, break_even varchar not null,
    host varchar not null, host_id varchar not null, code varchar not null, units bigint not null, records bigint not null, origin varchar not null,
    cpu varchar, system varchar, kernel varchar, architecture varchar, cores_allowed integer, cores_online integer, memory_bytes bigint,
    is_virtual boolean, gpu_name varchar, gpu_driver varchar, gpu_memory_bytes bigint,
    foreign_limit double, steal_limit double, throttled_limit double, pressure_limit double
);

create table if not exists raw.bench_sessions (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, session integer not null, started_at timestamp not null, resumed boolean not null, ended_at timestamp, reason varchar,
    elapsed_s double
);

create table if not exists raw.bench_groups (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, purpose varchar not null, workload varchar not null, size varchar not null, batch bigint not null,
    trainable bigint not null, forward_flops bigint, infer_flops bigint, device varchar not null, track varchar not null, precision varchar not null,
    division varchar not null, phases varchar[] not null, forks integer not null, value bigint not null, knob varchar not null,
    same_as varchar
);

create table if not exists raw.bench_members (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, member varchar not null, place integer not null, stack varchar not null, twin boolean not null,
    division varchar not null, mode varchar, precision varchar, device varchar, layout varchar, placement varchar, optimizer varchar, norms varchar,
    steps_per_execution integer, allocator varchar, threads integer
);

create table if not exists raw.bench_stacks (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, stack varchar not null, environment varchar, package varchar, backend_package varchar, mode varchar,
    is_shipped boolean not null, is_compiled boolean not null, is_tuned boolean not null
);

create table if not exists raw.bench_environments (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, record integer not null, environment varchar not null, environment_id varchar not null, python varchar not null,
    words varchar not null
);

create table if not exists raw.bench_distributions (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, environment varchar not null, environment_id varchar not null, distribution varchar not null, version varchar not null,
    files_sha256 varchar
);

create table if not exists raw.bench_parity (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, record integer not null, workload varchar not null, size varchar not null, device varchar not null, stack varchar not null, fork varchar,
    reference varchar, gate varchar not null, value double, limit_value double, passed boolean not null, detail varchar not null
);

create table if not exists raw.bench_forks (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, number integer not null, member varchar not null, stack varchar not null,
    twin boolean not null, cold boolean not null, started_at timestamp not null, import_s double, build_s double, trainable bigint,
    environment_id varchar, resolved varchar, peak_bytes bigint, memory_method varchar, compiles bigint, graph_breaks bigint,
    status varchar not null, failure varchar, reason varchar not null
);

create table if not exists raw.bench_phases (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, member varchar not null, phase varchar not null, cold boolean not null,
    first_step_s double, steps bigint not null
);

create table if not exists raw.bench_blocks (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, member varchar not null, phase varchar not null, round integer not null,
    place integer not null, steps bigint not null, wall_s double not null, cpu_s double not null, left_s double not null, device_s double,
    joules double, foreign_share double, steal_share double, pressure_share double, throttled_share double, load double, gpu varchar
);

create table if not exists raw.bench_rounds (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, phase varchar not null, round integer not null,
    members varchar[] not null, kept boolean not null, reasons varchar[] not null
);

create table if not exists raw.bench_steps (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, member varchar not null, phase varchar not null, seconds double[] not null
);

create table if not exists raw.bench_gemms (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, member varchar not null, n bigint not null, repeats bigint not null,
    wall_s double not null
);

create table if not exists raw.bench_fits (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, member varchar not null, batch bigint not null, status varchar not null, reason varchar not null
);

create table if not exists raw.bench_units (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, fork varchar not null, group_id varchar not null, number integer not null, seconds double not null
);

create table if not exists raw.bench_cells (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, workload varchar not null, size varchar not null, phase varchar not null, device varchar not null,
    track varchar not null, division varchar not null, precision varchar not null, stack varchar not null, status varchar not null,
    reason varchar not null
);

create table if not exists raw.bench_summary_cells (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, workload varchar not null, size varchar not null, phase varchar not null, device varchar not null,
    track varchar not null, division varchar not null, precision varchar not null, stack varchar not null, host_id varchar not null,
    status varchar not null, reason varchar not null, forks integer, rounds integer, rounds_dropped integer, step_s double, low_s double, high_s double,
    method varchar, p50_s double, p95_s double, samples_per_s double, cpu_s double, device_s double, first_step_cold_s double,
    first_step_warm_s double, import_s double, build_s double, peak_bytes double, memory_method varchar, compiles double, graph_breaks double,
    joules_per_step double, flops_per_s double, ceiling_fraction double, batch bigint, environment_id varchar
);

create table if not exists raw.bench_summary_contrasts (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, workload varchar not null, size varchar not null, phase varchar not null, device varchar not null,
    track varchar not null, division varchar not null, precision varchar not null, kind varchar not null, measured varchar not null,
    against varchar not null, chosen varchar, ratio double not null, low double not null, high double not null, method varchar not null,
    forks integer not null, rounds integer not null, boot_low double not null, boot_high double not null, verdict varchar not null,
    margin double not null, aa_low double, aa_high double, measured_s double, against_s double, measured_environment varchar,
    against_environment varchar, host_id varchar not null
);

create table if not exists raw.bench_summary_ladder (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, workload varchar not null, size varchar not null, phase varchar not null, device varchar not null,
    track varchar not null, division varchar not null, precision varchar not null, stack varchar not null, rung integer not null,
    knob varchar not null, status varchar not null, reason varchar not null, step_s double, ratio double, low double, high double, to_shipped double,
    forks integer, host_id varchar not null
);

create table if not exists raw.bench_summary_scaling (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, workload varchar not null, size varchar not null, phase varchar not null, device varchar not null,
    track varchar not null, division varchar not null, precision varchar not null, stack varchar not null, sweep varchar not null,
    knob varchar not null, value bigint not null, batch bigint, status varchar not null, reason varchar not null, step_s double, low_s double,
    high_s double, samples_per_s double, largest bigint, host_id varchar not null
);

create table if not exists raw.bench_summary_break_even (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, group_id varchar not null, workload varchar not null, size varchar not null, phase varchar not null, device varchar not null,
    track varchar not null, division varchar not null, precision varchar not null, compiled varchar not null, plain varchar not null,
    cost_s double not null, saving_s double not null, steps double, host_id varchar not null
);

create table if not exists raw.probe_runs (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, schema_version integer not null, started_at timestamp not null, device varchar not null, seed bigint not null,
    is_quick boolean not null, is_narrowed boolean not null, ending varchar not null, units bigint not null, records bigint not null,
    options varchar not null, host varchar not null, host_id varchar not null, code varchar not null, origin varchar not null, cpu varchar,
    system varchar, cores_allowed integer, cores_online integer, memory_bytes bigint, gpu_name varchar
);

create table if not exists raw.probe_environments (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, environment varchar not null, environment_id varchar not null, python varchar not null, words varchar not null,
    distributions varchar not null
);

create table if not exists raw.probe_units (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, probe varchar not null, unit varchar not null, environment varchar not null, how varchar not null, reason varchar not null,
    processes bigint not null, answered bigint not null, seconds double not null, peak_rss_bytes bigint, output_bytes bigint not null
);

create table if not exists raw.probe_stacks (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, stack varchar not null, package varchar not null, backend_package varchar not null, mode varchar not null,
    is_shipped boolean not null, is_documented boolean not null, is_default boolean not null
);

create table if not exists raw.probe_control_flow_cell (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    form varchar not null, title varchar not null, about varchar not null, phase varchar not null, version varchar not null, call varchar not null,
    status varchar not null, reason varchar not null, outcome varchar, calls bigint, right_calls bigint, largest_error double, exception varchar,
    message varchar, body_runs bigint, compilations bigint, graph_breaks bigint, counter varchar not null
);

create table if not exists raw.probe_debugging_fault (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, fault varchar not null, number bigint not null, title varchar not null, family varchar not null,
    about varchar not null, right_rule varchar not null, device varchar not null, expected varchar not null
);

create table if not exists raw.probe_debugging_place (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, fault varchar not null, framework varchar not null, style varchar not null,
    can_exist boolean not null, reason varchar not null, faulty_code varchar not null, right_code varchar not null, program varchar not null
);

create table if not exists raw.probe_debugging_cell (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    fault varchar not null, style varchar not null, switch varchar not null, filtering varchar not null, status varchar not null,
    reason varchar not null, outcome varchar, value_right boolean, value varchar not null, right_value varchar not null, warnings bigint not null,
    stage varchar, seconds double, exception varchar, message varchar, first_line varchar, message_length bigint, names_layer boolean,
    both_sizes boolean, suggests boolean, faulty_line boolean, faulty_frame boolean, user_frames bigint, foreign_frames bigint, expected varchar,
    changed boolean
);

create table if not exists raw.probe_debugging_look (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    look varchar not null, call varchar not null, status varchar not null, reason varchar not null, steps bigint not null, times bigint, shown bigint,
    example varchar not null
);

create table if not exists raw.probe_deployment_export (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, workload varchar not null, size varchar not null, stack varchar not null, framework varchar not null,
    backend varchar not null, mode varchar not null, format varchar not null, exporter varchar not null, status varchar not null,
    reason varchar not null, exception varchar not null, seconds double, bytes bigint, files bigint, batch bigint, length bigint,
    fixed varchar not null, opset bigint, deprecation varchar not null
);

create table if not exists raw.probe_deployment_answer (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, workload varchar not null, size varchar not null, stack varchar not null, framework varchar not null,
    backend varchar not null, mode varchar not null, format varchar not null, runtime varchar not null, language varchar not null,
    environment varchar not null, needs varchar not null, status varchar not null, reason varchar not null, without_framework boolean,
    without_python boolean, runtime_version varchar not null, frameworks_found varchar, frameworks_imported varchar, load_seconds double,
    max_abs double, max_rel double, other_status varchar not null, other_reason varchar not null, latency_batch bigint, queries bigint,
    stream_seconds double, p50_s double, p90_s double, p99_s double, process_p50_s varchar, deprecation varchar not null
);

create table if not exists raw.probe_deployment_load (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, workload varchar not null, size varchar not null, stack varchar not null, framework varchar not null,
    backend varchar not null, mode varchar not null, format varchar not null, runtime varchar not null, status varchar not null,
    reason varchar not null, clients bigint, batch bigint, seconds double, requests bigint, errors bigint, requests_per_second double, p50_s double,
    p99_s double
);

create table if not exists raw.probe_ease_program (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    program varchar not null, workload varchar not null, part varchar not null, status varchar not null, reason varchar not null,
    logical_lines bigint, ast_nodes bigint, framework_names bigint, method_names bigint, syntax_volume double, state_statements bigint,
    state varchar not null
);

create table if not exists raw.probe_ease_parity (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    program varchar not null, workload varchar not null, gate varchar not null, value double, limit_value double, passed boolean not null,
    detail varchar not null
);

create table if not exists raw.probe_ease_change (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    program varchar not null, workload varchar not null, change varchar not null, status varchar not null, reason varchar not null,
    edit_distance bigint, lines_added bigint, lines_removed bigint, effect varchar not null, effect_value double, effect_limit double
);

create table if not exists raw.probe_ease_complexity (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, program varchar not null, workload varchar not null, part varchar not null, status varchar not null,
    reason varchar not null, radon varchar not null, cyclomatic_sum bigint, cyclomatic_max bigint, halstead_volume double
);

create table if not exists raw.probe_ease_source (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, program varchar not null, workload varchar not null, change varchar not null,
    status varchar not null, reason varchar not null, sha256 varchar not null, text varchar not null
);

create table if not exists raw.probe_footprint_environment (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    status varchar not null, reason varchar not null, fresh boolean, installer varchar not null, install_s double, distributions bigint, files bigint,
    bytes bigint, versions varchar not null, by_distribution varchar not null
);

create table if not exists raw.probe_footprint_import (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    condition varchar not null, dropped boolean not null, process bigint not null, seconds double not null, modules bigint not null,
    rss_before_bytes bigint, rss_bytes bigint
);

create table if not exists raw.probe_footprint_metadata (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, environment varchar not null, distribution varchar not null, status varchar not null,
    reason varchar not null, version varchar, summary varchar, keywords varchar, classifiers varchar not null, requires varchar not null
);

create table if not exists raw.probe_footprint_training (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    status varchar not null, reason varchar not null, package_found boolean, package_imported boolean, version varchar, trainable bigint,
    steps bigint, loss_first double, loss_last double, absent_package varchar not null
);

create table if not exists raw.probe_integration_cell (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    library varchar not null, input varchar not null, operation varchar not null, status varchar not null, message varchar not null,
    warning varchar not null, dtype_in varchar not null, dtype_out varchar not null, sharing varchar not null, bridge varchar not null,
    bridged varchar not null
);

create table if not exists raw.probe_integration_loader (
    fetched_at timestamp not null, run_id varchar not null, source varchar not null, request varchar not null, payload_sha256 varchar not null,
    run varchar not null, unit varchar not null, stack varchar not null, framework varchar not null, backend varchar not null, mode varchar not null,
    status varchar not null, reason varchar not null, loader varchar not null, rows bigint not null, batch bigint not null, file_bytes bigint,
    seconds varchar not null
);

create table if not exists raw.format (
    version integer not null
);

create table if not exists catalog.edition (
    as_of date not null, seed bigint not null, draws integer not null, interval double not null, pick_threshold double not null
);
create table if not exists catalog.frameworks (
    framework varchar not null, label varchar not null, colour varchar not null, shape varchar not null, position integer not null
);
create table if not exists catalog.names (
    framework varchar not null,
    kind varchar not null,           -- as Framework.names() of barometer/catalog.py lists them
    name varchar not null,
    position integer not null
);
create table if not exists catalog.pulls_in (
    package varchar not null, installs varchar not null, since date not null, why varchar not null
);
create table if not exists catalog.breaks (
    dataset varchar not null, month date not null, why varchar not null
);
create table if not exists catalog.factors (
    factor varchar not null, label varchar not null, question varchar not null, article_winner varchar not null,
    scored boolean not null, position integer not null
);
create table if not exists catalog.datasets (
    dataset varchar not null, label varchar not null, way varchar not null, sources varchar[] not null, fresh_days integer not null,
    without varchar not null, position integer not null
);
create table if not exists catalog.terms (
    source varchar not null, dataset varchar not null, origin varchar not null, licence varchar not null, attribution varchar not null, period varchar not null,
    granularity varchar not null, caveats varchar[] not null
);
create table if not exists catalog.metrics (
    metric varchar not null, factor varchar not null, label varchar not null, unit varchar not null, better varchar not null,
    spread varchar not null, dataset varchar not null, standing boolean not null, importance double not null, max_age_days integer,
    rows_sql varchar, position integer not null
);
create table if not exists catalog.readers (
    reader varchar not null, label varchar not null, wants varchar not null, position integer not null
);
create table if not exists catalog.weights (
    reader varchar not null, factor varchar not null, weight double not null
);
create table if not exists catalog.claims (
    claim_id varchar not null, factor varchar not null, text varchar not null, rule varchar, kind varchar not null, needs varchar,
    why varchar, position integer not null
);

create table if not exists catalog.sql_files (
    file varchar not null, parser varchar not null, sha256 varchar not null, reads varchar[] not null, comments map(varchar, varchar) not null
);

create table if not exists advice.factor_standings (
    factor varchar not null, framework varchar not null, standing double, low double, high double, measured_share double,
    p_best double, p_best_even double, p_best_possible double
);
create table if not exists advice.factor_verdicts (
    factor varchar not null, winner varchar not null, p_best map(varchar, double), measured_share double, verdict varchar not null
);
create table if not exists advice.recommendations (
    reader varchar not null, framework varchar not null, p_best double not null, p_best_even double not null,
    p_best_possible double not null, rank_low integer not null, rank_high integer not null, utility_low double not null,
    utility_high double not null, is_pick boolean not null
);
create table if not exists advice.picks (
    reader varchar not null, pick varchar, lean varchar, contenders varchar[], measured_weight double not null, reasons varchar[],
    flip_factor varchar, flip_weight_from double, flip_weight_to double, flips_to varchar, settle_factor varchar,
    settle_rival varchar, settle_lead double
);
create table if not exists advice.factor_standings_without (
    factor varchar not null, framework varchar not null, standing double, low double, high double, measured_share double,
    p_best double, p_best_even double, p_best_possible double
);

create table if not exists advice.factor_verdicts_without (
    factor varchar not null, winner varchar not null, p_best map(varchar, double), measured_share double, verdict varchar not null
);

create table if not exists advice.recommendations_without (
    reader varchar not null, framework varchar not null, p_best double not null, p_best_even double not null,
    p_best_possible double not null, rank_low integer not null, rank_high integer not null, utility_low double not null,
    utility_high double not null, is_pick boolean not null
);

create table if not exists advice.picks_without (
    reader varchar not null, pick varchar, lean varchar, contenders varchar[], measured_weight double not null, reasons varchar[],
    flip_factor varchar, flip_weight_from double, flip_weight_to double, flips_to varchar, settle_factor varchar,
    settle_rival varchar, settle_lead double
);

create table if not exists advice.claims (
    claim_id varchar not null, verdict varchar not null, why varchar not null, evidence_ids varchar[] not null
);

comment on table raw.format is 'The version of these raw tables: one row.';
comment on table raw.pulls is 'Every attempt to fetch: one row a request and time, whatever came of it.';
comment on table raw.package_downloads_30d is 'Downloads of a package in the 30 days before as_of, and its rank, as the top list gave them.';
comment on table raw.package_releases is 'Releases of a package with the day of their first file.';
comment on table raw.repository_counters is 'Counters of a repository on a day, as its host showed them.';
comment on table raw.repository_activity is 'Commits and their authors by month, counted in the history.';
comment on table raw.questions_monthly is 'Questions asked under a tag by month.';
comment on table raw.questions_yearly is 'Questions asked under a tag by year.';
comment on table raw.survey_usage is 'Answers of developer surveys; bases differ between surveys and years.';
comment on table raw.papers is 'Papers by framework, period and venue; populations must not be added.';
comment on table raw.job_mentions is 'Postings that name a term, and all postings of the month; populations must not be added.';
comment on table raw.search_interest is 'Search interest as sent or exported: an index within one request, not a count; nothing, "<1" and 0 are three things.';
comment on table raw.search_regions is 'Search interest by country over one span: shares among the terms of one request.';
comment on table raw.search_queries is 'Queries that are searched for together with a term, as ranked by the service.';
comment on table raw.repository_facts is 'What a repository''s host says of it on a day: its number, when it was made, its counters.';
comment on table raw.star_gains is 'Stars given to a repository on a day; stars taken back are not subtracted.';
comment on table raw.issue_flow is 'Issues and pull requests opened and closed in a month, and the median time to close of those sampled.';
comment on table raw.repository_releases is 'Releases that a repository''s host lists.';
comment on table raw.repository_commits is 'Commits to the default branch by week, merges left out.';
comment on table raw.repository_contributors is 'People who committed, as far as the host lists them.';
comment on table raw.topic_repositories is 'Repositories that carry a topic on a day.';
comment on table raw.package_downloads_day is 'Downloads of a package by day, by one split at a time: overall, python or system.';
comment on table raw.package_downloads_month is 'Downloads of a package by month and installer; feed_until is the last day the feed had.';
comment on table raw.package_files is 'Files of a release: how many, how large the source is, how many were withdrawn.';
comment on table raw.package_dependencies is 'What a release declares to need.';
comment on table raw.package_facts is 'What a release says of itself.';
comment on table raw.job_postings is 'Postings without their texts: hashes, month, and what the text named.';
comment on table raw.hub_models is 'Models on the hub by library and task on a day.';
comment on table raw.page_views_day is 'Views of an encyclopedia article by day; days without views are not listed.';
comment on table raw.questions_unanswered is 'Questions under a tag by month that have no answer.';
comment on table raw.package_dependents is 'Packages and repositories that declare to need a package.';
comment on table raw.bench_runs is 'Runs of the timing runner: what was asked for, where. records tells a longer state of one run from a shorter.';
comment on table raw.bench_sessions is 'Starts of the runner on one run; without an end it was killed.';
comment on table raw.bench_groups is 'Cells that were timed together.';
comment on table raw.bench_members is 'The worker processes of a group and what they were built under; a twin is the same once more.';
comment on table raw.bench_stacks is 'The stacks of a run: environment, distributions, mode, and whether it is the way that ships or the compiled one.';
comment on table raw.bench_environments is 'The environments that stacks ran in, as their workers saw them.';
comment on table raw.bench_distributions is 'Versions of every distribution of an environment; files_sha256 for those of frameworks.';
comment on table raw.bench_parity is 'Judged figures: whether frameworks do the same work.';
comment on table raw.bench_forks is 'Worker processes, one row a member and fork.';
comment on table raw.bench_phases is 'First steps of a member''s phases, cold or warm.';
comment on table raw.bench_blocks is 'Timed blocks: some steps and one synchronisation. Only those of complete, kept rounds count.';
comment on table raw.bench_rounds is 'Complete rounds, and whether the rule kept them.';
comment on table raw.bench_steps is 'Seconds of single steps, each synchronised.';
comment on table raw.bench_gemms is 'Matrix products of the same session: the ceiling.';
comment on table raw.bench_fits is 'Tries of the largest batch that fits.';
comment on table raw.bench_units is 'Forks of groups that came to their end.';
comment on table raw.bench_cells is 'How each cell ended.';
comment on table raw.bench_summary_cells is 'Statistics of each cell, by the runner''s own function from the records above; times in seconds a step, intervals 95 %.';
comment on table raw.bench_summary_contrasts is 'Ratios of declared pairs (time of measured over against), by the same function.';
comment on table raw.bench_summary_ladder is 'Ratios from as-shipped to matched, one knob a rung, by the same function.';
comment on table raw.bench_summary_scaling is 'Times as batch, model or data set grows, by the same function.';
comment on table raw.bench_summary_break_even is 'Steps until a longer first step is paid back, by the same function.';
comment on table raw.probe_runs is 'Runs of the probes: what was asked for, where, and how it ended. records tells a longer state of one run from a shorter.';
comment on table raw.probe_environments is 'The environments that probes ran in, as a child of each saw them.';
comment on table raw.probe_units is 'Units of the probes: what became of their processes.';
comment on table raw.probe_stacks is 'The stacks of a run: distributions, mode, and which way of its framework each is.';
comment on table raw.probe_control_flow_cell is 'One form of control flow in one stack: forward or gradient, as plain Python writes it or in the framework''s own words.';
comment on table raw.probe_debugging_fault is 'One canonical fault, as its file declares it.';
comment on table raw.probe_debugging_place is 'One fault in one framework and style: whether it can be put in at all, and the programs.';
comment on table raw.probe_debugging_cell is 'One fault in one stack, style, switch and filter. The fields of a signal are null where there was none.';
comment on table raw.probe_debugging_look is 'One way to look into a model while it trains, in one stack.';
comment on table raw.probe_deployment_export is 'One cell of workload by stack by format: the export, in a process of its own.';
comment on table raw.probe_deployment_answer is 'One artefact put to one runtime in a fresh process of the runtime''s own environment.';
comment on table raw.probe_deployment_load is 'An HTTP server of the standard library around the artefact and its usual runtime, on loopback: four clients in another process ask again as soon as they are answered.';
comment on table raw.probe_ease_program is 'What one part of a program measures, by parsing. Counts are null unless the program passed every gate.';
comment on table raw.probe_ease_parity is 'One gate of one program: P0 to P3 against numpy in float64, then what evaluate answers and save keeps.';
comment on table raw.probe_ease_change is 'What one standard change to the mlp costs. The cost is null unless the change''s effect is proven.';
comment on table raw.probe_ease_complexity is 'What radon counts of one part of a program. Whether the program does its work stands in ease_program.';
comment on table raw.probe_ease_source is 'A program''s text.';
comment on table raw.probe_footprint_environment is 'One stack''s environment: what lies in its site-packages, byte code and pip left out.';
comment on table raw.probe_footprint_import is 'One import in one fresh process. The interpreter''s own start is not in it.';
comment on table raw.probe_footprint_metadata is 'What an installed distribution says of itself.';
comment on table raw.probe_footprint_training is 'One small Keras model trained. With tensorflow_found false and status runs, Keras needs no TensorFlow.';
comment on table raw.probe_integration_cell is 'One object handed to one framework for one purpose.';
comment on table raw.probe_integration_loader is 'One framework''s own loader, fed from one Parquet file through DuckDB and Arrow. Rows a second are rows / seconds.';
comment on table catalog.edition is 'The day this edition is for, and the constants of its arithmetic: one row.';
comment on table catalog.frameworks is 'What is compared.';
comment on table catalog.names is 'The names each framework goes by in each kind of data set.';
comment on table catalog.pulls_in is 'Packages that install a package of another framework by declared dependency.';
comment on table catalog.breaks is 'Months in which a data set began to count differently.';
comment on table catalog.factors is 'The headings of the comparison.';
comment on table catalog.datasets is 'Every body of figures a report can draw on, and what is lost without it.';
comment on table catalog.terms is 'Origin, licence and caveats of each data set, as its source states them.';
comment on table catalog.metrics is 'What is measured under each factor, and how its uncertainty is drawn.';
comment on table catalog.readers is 'The kinds of reader.';
comment on table catalog.weights is 'How much each factor matters to each reader; they sum to 1.';
comment on table catalog.claims is 'The claims put to the test, each with its rule.';
comment on table catalog.sql_files is 'The files that built this warehouse: what each reads, and what it says of its columns.';
comment on table advice.factor_standings is 'Standing of each framework under each factor, what is unmeasured included as ignorance.';
comment on table advice.factor_verdicts is 'Who leads each factor, and how sure that is.';
comment on table advice.recommendations is 'Chance of being best for each reader and framework.';
comment on table advice.picks is 'What each reader is told, and what would change it.';
comment on table advice.factor_standings_without is 'As advice.factor_standings, worked out without the figures of the probes; empty where they have none.';
comment on table advice.factor_verdicts_without is 'As advice.factor_verdicts, worked out without the figures of the probes; empty where they have none.';
comment on table advice.recommendations_without is 'As advice.recommendations, worked out without the figures of the probes; empty where they have none.';
comment on table advice.picks_without is 'As advice.picks, worked out without the figures of the probes; empty where they have none.';
comment on table advice.claims is 'The verdict on each claim.';
