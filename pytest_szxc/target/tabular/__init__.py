"""Tables that come as files (CSV, NDJSON, Parquet): typed columns, and what is wrong with single cells and rows."""
