"""One file an outside service: request, page, parse, yield typed rows. No DuckDB, no Prefect, no other source."""
