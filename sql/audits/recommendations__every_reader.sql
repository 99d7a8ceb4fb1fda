-- Every reader of the catalogue has a pick and a row for every framework, or the advice was not worked out at all.
with
count_rows as (
    select
        readers.reader,
        (
            select count(*) from marts.recommendations as advised where advised.reader = readers.reader
        ) as recommendations,
        (select count(*) from marts.picks as picks where picks.reader = readers.reader) as picks
    from catalog.readers as readers
)
select counts.reader, counts.recommendations, counts.picks
from count_rows as counts
where (select count(*) from marts.recommendations) > 0
    and (counts.picks <> 1 or counts.recommendations <> (select count(*) from catalog.frameworks))
