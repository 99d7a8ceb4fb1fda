-- New Stack Overflow questions with each framework's tag by month, one collection beside the other.
-- grain: population, framework, month
-- audit: not_null(population, framework, month, questions, is_partial), questions >= 0
-- warning: never add populations; a question with several tags counts under each
select
    population, -- the collection that counted
    framework, -- key of the framework
    month, -- first day of the month
    questions, -- new questions with the tag
    unanswered, -- of these, without an answer when they were read; null where not counted
    days, -- days of the month
    questions_per_day, -- questions divided by days; null in a partial month
    is_partial, -- true where the month was not over when it was read
    note, -- what the collection says about that month
    tag, -- the tag counted
    source -- where the figure was read
from core.questions_month
