-- Share of surveyed developers who say they used each framework, by survey, year and audience.
-- grain: survey, population, year, audience, framework
-- audit: not_null(survey, population, year, audience, framework, share), share >= 0, share <= 1, low <= share
-- audit: share <= high
-- warning: bases and options change between years: compare only years whose base is the same
-- warning: a framework not offered has no row
select
    survey, -- name of the survey
    population, -- which reading of it: the publisher's own file or a quotation
    year, -- year of the survey
    audience, -- who was asked: all, professional, learning, data scientists
    framework, -- key of the framework
    share, -- users among all who answered the question (0 to 1), or as printed where users are not known
    low, -- lower end of the 90 % interval (Wilson); null where users are not known
    high, -- upper end of the 90 % interval
    users, -- respondents who ticked it
    respondents, -- respondents to the question
    base, -- what the share is a share of
    is_base_changed, -- true where the base differs from the year before: the two years do not compare
    is_counted, -- true where the share is users by respondents, the same base in every year
    share_in_source, -- the share as printed (0 to 1)
    base_in_source, -- what the printed share is a share of
    status, -- published, interim or quoted second-hand
    source -- where the figure was read
from core.survey_year
