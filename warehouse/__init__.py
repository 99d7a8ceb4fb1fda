"""The warehouse: one DuckDB file, built in a copy, audited, swapped in; read-only queries; lineage."""
