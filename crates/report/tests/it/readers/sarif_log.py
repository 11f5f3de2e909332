"""Reads a log with sarif-tools, as its summary and its table."""

import csv
import pathlib
import subprocess
import sys


def run(*arguments):
    result = subprocess.run([sys.executable, "-m", "sarif", *arguments], capture_output=True, text=True)
    assert result.returncode == 0, (arguments, result.stdout, result.stderr)
    return result.stdout


def main(log, results):
    summary = run("summary", str(log))
    table = log.with_suffix(".table")
    run("csv", "-o", str(table), str(log))
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == results, (len(rows), results)
    run("html", "-o", str(log.with_suffix(".page")), str(log))
    print(summary)


main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
