"""Reads a Parquet file of the dataset with pyarrow, DuckDB and polars, and compares it with the
JSONL file of the same samples: names, types, number of rows and all values.

    python3 readers.py samples.jsonl samples.parquet
"""

import json
import sys
from datetime import timezone

import duckdb
import polars
import pyarrow
import pyarrow.parquet

LISTS = {"cwes", "cwe_parents", "introduced_by", "advisory_ids", "label_evidence", "quality_flags"}
DOUBLES = {"cvss_score", "label_confidence", "licence_score"}
LINES = {"start_line_before", "end_line_before", "start_line_after", "end_line_after", "diff_lines"}
LABELS = {"vulnerable_lines", "fixed_lines"}
# Dates, with the form of their text in the JSONL file.
TIMES = {"published_date": "milliseconds", "commit_date": "seconds"}
REQUIRED = {"id", "collector", "kind", "level"} | LISTS
# A line that only unsigned numbers can tell.
LATE = 2**31


def late(rows):
    return sum(row["end_line_after"] is not None and row["end_line_after"] > LATE for row in rows)


def expected_types(fields, text, texts, double, line, lines, time):
    """The type of every field, in the words of one reader."""
    types = [(LISTS, texts), (DOUBLES, double), (LINES, line), (LABELS, lines), (TIMES, time)]
    return {name: next((kind for names, kind in types if name in names), text) for name in fields}


def with_text(rows):
    """Rows with dates in the form of the JSONL file."""

    def text(name, time):
        return time and time.astimezone(timezone.utc).isoformat(timespec=TIMES[name]).replace("+00:00", "Z")

    return [{**row, **{name: text(name, row[name]) for name in TIMES}} for row in rows]


def check(reader, what, found, expected):
    """Stops at the first difference, and says where it is."""
    if found == expected:
        return
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected))
        number, (found, expected) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
        what = f"{what}, row {number}"
    sys.exit(f"{reader}: {what}\n   found {found!r:.2000}\nexpected {expected!r:.2000}")


def check_pyarrow(path, rows, fields):
    file = pyarrow.parquet.ParquetFile(path)
    schema = file.schema_arrow
    texts = pyarrow.list_(pyarrow.string())
    line, time = pyarrow.uint32(), pyarrow.timestamp("ms", tz="UTC")
    types = expected_types(
        fields, pyarrow.string(), texts, pyarrow.float64(), line, pyarrow.list_(line), time
    )
    check("pyarrow", "types", dict(zip(schema.names, schema.types)), types)
    check("pyarrow", "required columns", {f.name for f in schema if not f.nullable}, REQUIRED)
    check("pyarrow", "schema version", file.metadata.metadata[b"streamguard.schema_version"], b"2")
    check("pyarrow", "number of rows", file.metadata.num_rows, len(rows))
    check("pyarrow", "rows", with_text(file.read().to_pylist()), rows)


def check_duckdb(path, rows, fields):
    def count(where, *values):
        query = f"SELECT count(*) FROM read_parquet(?) WHERE {where}"
        return duckdb.execute(query, [path, *values]).fetchall()[0][0]

    relation = duckdb.read_parquet(path)
    time = "TIMESTAMP WITH TIME ZONE"
    types = expected_types(fields, "VARCHAR", "VARCHAR[]", "DOUBLE", "UINTEGER", "UINTEGER[]", time)
    check("DuckDB", "types", dict(zip(relation.columns, map(str, relation.types))), types)
    found = [dict(zip(relation.columns, row)) for row in relation.fetchall()]
    check("DuckDB", "number of rows", count("true"), len(rows))
    check("DuckDB", "rows", with_text(found), rows)
    # Filters are answered from the statistics of the row groups, which must be right.
    check("DuckDB", "late lines", count("end_line_after > ?", LATE), late(rows))
    for name in ("function", "language", "description"):
        for value in {row[name] for row in rows[:20] if row[name] is not None}:
            expected = sum(row[name] == value for row in rows)
            check("DuckDB", f"rows with {name} {value!r}", count(f"{name} = ?", value), expected)


def check_polars(path, rows, fields):
    frame = polars.read_parquet(path)
    line, time = polars.UInt32, polars.Datetime("ms", "UTC")
    types = expected_types(
        fields, polars.String, polars.List(polars.String), polars.Float64, line, polars.List(line), time
    )
    check("polars", "types", dict(frame.schema), types)
    check("polars", "number of rows", frame.height, len(rows))
    check("polars", "rows", with_text(frame.to_dicts()), rows)
    count = polars.scan_parquet(path).filter(polars.col("end_line_after") > LATE).collect().height
    check("polars", "late lines", count, late(rows))


def main():
    jsonl, parquet = sys.argv[1:]
    # Only a line feed ends a line: Python's own idea of lines knows more ends.
    with open(jsonl, encoding="utf-8", newline="\n") as lines:
        rows = [json.loads(line) for line in lines]
    fields = list(rows[0])
    check_pyarrow(parquet, rows, fields)
    check_duckdb(parquet, rows, fields)
    check_polars(parquet, rows, fields)
    names = pyarrow.parquet.ParquetFile(parquet).schema_arrow.names
    check("pyarrow", "order of the columns", names, fields)


main()
