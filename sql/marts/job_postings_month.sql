-- Postings read one by one that name each framework, by month, one population beside the other; repeated texts of a
-- month count once.
-- grain: population, framework, month
-- audit: not_null(population, framework, month, postings, postings_total, required, employers, employers_total)
-- audit: not_null(is_partial), postings >= 0, postings_total >= postings, required <= postings
-- audit: employers_total >= employers
-- warning: never add populations; a zero was measured; small counts: use marts.jobs_year for shares
-- warning: boards show what is open: of earlier months only what was still open at the first reading is there
select
    population, -- whose postings: a thread, a board, or a file that was imported
    framework, -- key of the framework
    month, -- month of the posting, or of the first reading where it bears no date
    postings, -- postings that name it
    postings_total, -- postings read
    required, -- of those that name it, postings that ask for it as a must
    employers, -- distinct employers that name it
    employers_total, -- distinct employers; postings that name no employer are not among them
    is_partial, -- true where the month was not over at the last reading
    source -- where the postings were read
from core.job_postings_month
