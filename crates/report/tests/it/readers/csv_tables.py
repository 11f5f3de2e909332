"""Reads every table with DuckDB and pandas, and compares their types and sums with the JSON report."""

import json
import pathlib
import sys

import duckdb
import pandas

# Columns by what they hold; every other one is text.
INTEGERS = {
    "format", "workers", "total_collectors", "successful_collectors", "failed_collectors",
    "partial_collectors", "total_samples_collected", "total_target_samples", "code_pairs", "rejected",
    "samples_in_dataset", "pairs_in_dataset", "attempts", "retries", "reused_shards", "resumptions",
    "not_listed", "records", "samples_collected", "target_samples", "shards_planned", "shards_done",
    "shards_lost", "dataset_read", "dataset_kept", "cwe", "samples", "count", "step", "row", "shard", "size",
}
NUMBERS = {
    "total_duration", "completion_rate", "code_pair_rate", "samples_per_second", "records_per_second",
    "duration", "busy_seconds", "utilization", "at", "seconds", "value",
}
TIMES = {"start_time", "end_time"}


def check_types(path):
    table = pandas.read_csv(path)
    typed = duckdb.sql(f"SELECT * FROM read_csv('{path}', header = true)")
    assert typed.columns == list(table.columns), (path, typed.columns)
    for column, sql in zip(typed.columns, map(str, typed.types)):
        series = table[column].dropna()
        if series.empty:
            continue
        if column in INTEGERS:
            assert sql == "BIGINT", (path, column, sql)
            assert pandas.api.types.is_numeric_dtype(table[column]) and (series % 1 == 0).all(), (path, column)
        elif column in NUMBERS:
            assert sql in ("BIGINT", "DOUBLE"), (path, column, sql)
            assert pandas.api.types.is_numeric_dtype(table[column]), (path, column)
        elif column in TIMES:
            assert sql.startswith("TIMESTAMP"), (path, column, sql)
            assert pandas.to_datetime(series).notna().all(), (path, column)
        else:
            assert sql == "VARCHAR", (path, column, sql)
            assert not pandas.api.types.is_numeric_dtype(table[column]), (path, column)
    assert typed.aggregate("count(*)").fetchall() == [(len(table),)], path
    return table


def main(folder):
    paths = sorted((folder / "tables").glob("*.csv"))
    tables = {path.stem: check_types(str(path)) for path in paths}
    report = json.loads((folder / "collection_results.json").read_text())
    summary, collectors = report["summary"], report["by_collector"]
    [run] = tables["run"].to_dict("records")
    for name, value in summary.items():
        assert value == run[name] or (value is None and pandas.isna(run[name])), (name, value, run[name])
    of = tables["collectors"]
    assert list(of["collector"]) == list(collectors)
    for name in ("records", "samples_collected", "code_pairs", "duration"):
        expected = sum(collector[name] for collector in collectors.values())
        assert abs(of[name].sum() - expected) < 1e-9, name
    assert tables["rejections"]["count"].sum() == summary["rejected"]
    assert tables["errors"].shape[0] == len(report["errors"])
    assert tables["warnings"].shape[0] == len(report["warnings"])
    if report["dataset"]:
        for name in ("types", "languages", "severities"):
            assert tables[name]["samples"].sum() == summary["samples_in_dataset"], name
        assert of["dataset_kept"].sum() == summary["samples_in_dataset"]
    print(f"{len(tables)} tables")


main(pathlib.Path(sys.argv[1]))
