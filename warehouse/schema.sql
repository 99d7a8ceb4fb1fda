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
comment on table advice.factor_standings is 'Standing of each framework under each factor, what is unmeasured included as ignorance.';
comment on table advice.factor_verdicts is 'Who leads each factor, and how sure that is.';
comment on table advice.recommendations is 'Chance of being best for each reader and framework.';
comment on table advice.picks is 'What each reader is told, and what would change it.';
comment on table advice.claims is 'The verdict on each claim.';
