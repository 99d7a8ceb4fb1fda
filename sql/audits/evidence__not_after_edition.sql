-- No figure is for a day after the edition's.
select figures.evidence_id, figures.as_of, edition.as_of as edition_as_of
from marts.evidence as figures
cross join catalog.edition as edition
where figures.as_of > edition.as_of
