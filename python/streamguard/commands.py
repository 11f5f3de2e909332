"""Commands of the program as functions. Options are the program's flags, with ``_`` for ``-``."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Optional, Union

from streamguard.errors import error_for
from streamguard.program import Finished, StrPath, flags, run
from streamguard.progress import progress_for

#: Contents of ``collection_results.json``.
Results = dict[str, Any]

#: Name of the file of results in an output folder.
RESULTS = "collection_results.json"


def collect(
    output_dir: StrPath = "data/raw",
    *,
    collectors: Optional[Sequence[str]] = None,
    offline: bool = False,
    quick_test: bool = False,
    fresh: bool = False,
    resume: bool = False,
    update: bool = False,
    github_token: Optional[str] = None,
    nvd_api_key: Optional[str] = None,
    progress: bool = True,
    **options: object,
) -> Results:
    """Collects samples and writes the dataset into a folder.

    Args:
        output_dir: folder of the dataset.
        collectors: names such as ``["cve", "osv"]``; all by default.
        offline: collect from the demo world in the program: no network, no tokens.
        quick_test: 100 samples of each collector.
        fresh: replace what an earlier run left in the folder.
        resume: continue an interrupted run with its settings.
        update: bring a finished dataset up to date.
        github_token: passed in the environment, never on the command line; ``GITHUB_TOKEN`` by default.
        nvd_api_key: the same for ``NVD_API_KEY``.
        progress: show a line that follows the run.
        options: any other flag of ``streamguard collect``, such as ``cve_samples=500`` or ``cwes=["CWE-89"]``.

    Returns:
        The contents of ``collection_results.json``: counts by collector, rejections, errors.

    Raises:
        PartialError: if some source failed; the dataset is written, and ``results`` holds the results.
        StreamGuardError: the subclass for another exit code.
    """
    given = dict(
        collectors=collectors, output_dir=output_dir, offline=offline, quick_test=quick_test, fresh=fresh,
        resume=resume, update=update, **options,
    )
    tokens = {"GITHUB_TOKEN": github_token, "NVD_API_KEY": nvd_api_key}
    env = {name: token for name, token in tokens.items() if token}
    return _run_into(Path(output_dir), ["collect", *flags(given)], env, progress)


def _run_into(folder: Path, arguments: list[str], env: dict[str, str], progress: bool) -> Results:
    """Runs a command that leaves its results in a folder, and returns them."""
    finished = _follow(arguments, env, progress)
    # Of a run that ended otherwise, the folder may hold the results of an earlier one.
    results = _read_results(folder) if finished.exit_code in (0, 3, 4) else None
    if finished.exit_code != 0 or results is None:
        raise error_for(finished.exit_code, finished.message, results)
    return results


def _follow(arguments: list[str], env: dict[str, str], progress: bool) -> Finished:
    """Runs a command, with a line that follows it if ``progress`` is true."""
    follow, close = progress_for(progress)
    try:
        return run([*arguments, "--log-format", "json"], env=env, on_event=follow or (lambda _: None), check=False)
    finally:
        close()


def _read_results(folder: Path) -> Optional[Results]:
    try:
        results = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return results if isinstance(results, dict) else None


@dataclass(frozen=True)
class ResolvedUrl:
    """A URL, and what of a repository it names.

    Attributes:
        url: the URL as it was given.
        repository: address of the repository; ``None`` if the URL names none.
        kind: commit, pull, review, compare, tag, state or unresolved.
        target: the id, number or name; two ids joined by ``...`` for compare.
        evidence: evidence in the history of a local clone, if one was given and helped.
    """

    url: str
    repository: Optional[str]
    kind: str
    target: Optional[str]
    evidence: Optional[str] = None


def resolve(urls: Iterable[str], *, repo: Sequence[StrPath] = ()) -> list[ResolvedUrl]:
    """Finds the repositories and commits that URLs name. Nothing is fetched.

    Args:
        urls: URLs, one a string.
        repo: local clones, whose history holds the commits of pull requests and short ids.
    """
    text = "".join(" ".join(url.split()) + "\n" for url in urls)
    finished = run(["resolve", "--json", *flags({"repo": list(repo)})], input=text)
    return [ResolvedUrl(**json.loads(line)) for line in finished.stdout.splitlines()]


@dataclass(frozen=True)
class IngestResult:
    """Figures of web logs.

    Attributes:
        metrics: numbers by name, such as ``requests``, ``errors``, ``bytes``; latencies in milliseconds.
        tables: tables by title, each a list of rows with a value for each column.
        status: complete, partial or failed.
    """

    metrics: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]] = field(repr=False)
    status: str = "complete"


@dataclass(frozen=True)
class PrimeResult:
    """Primes of ranges.

    Attributes:
        metrics: numbers by name, such as ``primes``.
        tables: tables by title; the ranges have a row each.
        status: complete, partial or failed.
    """

    metrics: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]] = field(repr=False)
    status: str = "complete"


def ingest(path: Union[StrPath, Sequence[StrPath]], *, progress: bool = False, **options: object) -> IngestResult:
    """Counts the requests in web logs.

    Args:
        path: files and folders with logs, plain or compressed.
        progress: show a line that follows the run.
        options: any other flag of ``streamguard ingest``, such as ``workers=2`` or ``format="combined"``.
    """
    return IngestResult(*_measure("ingest", dict(path=_list(path), **options), progress))


def prime(path: Optional[StrPath] = None, *, progress: bool = False, **options: object) -> PrimeResult:
    """Counts and lists primes.

    Args:
        path: a JSON file with ranges.
        progress: show a line that follows the run.
        options: any other flag of ``streamguard prime``, such as ``range="0..1000000"``.
    """
    return PrimeResult(*_measure("prime", dict(path=path, **options), progress))


def _list(value: Union[StrPath, Sequence[StrPath]]) -> list[StrPath]:
    return [value] if isinstance(value, (str, os.PathLike)) else list(value)


def _measure(
    job: str, options: dict[str, object], progress: bool
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], str]:
    """Runs a job that computes figures. Returns its numbers, its tables and its status."""
    with tempfile.TemporaryDirectory(prefix="streamguard-") as scratch:
        folder = Path(options.get("output_dir") or scratch)  # type: ignore[arg-type]
        if "output_dir" not in options:
            options = {**options, "output_dir": folder, "report_formats": "json"}
        entry = _run_into(folder, [job, *flags(options)], {}, progress)["by_collector"][job]
    tables = {
        table["title"]: [dict(zip(table["columns"], row)) for row in table["rows"]] for table in entry["tables"]
    }
    return entry["metrics"], tables, entry["status"]


@dataclass(frozen=True)
class Finding:
    """A function that resembles one side of a known fix.

    Attributes:
        path: path of the file.
        function: name of the function.
        start_line: its first line.
        end_line: its last line, inclusive.
        verdict: vulnerable, unclear or fixed.
        grade: high, medium or note.
        similarity: similarity to the vulnerable side, from 0 to 1.
        fingerprint: digest that stays the same wherever the function stands in the file.
        fix: origin of the fix: ``advisories``, ``cwes``, ``repository``, ``commit``, ``path``, ``function``, ...
    """

    path: str
    function: str
    start_line: int
    end_line: int
    verdict: str
    grade: str
    similarity: float
    fingerprint: str
    fix: dict[str, Any] = field(repr=False)


def scan(
    path: Union[StrPath, Sequence[StrPath]] = ".", *, known: Optional[StrPath] = None, **options: object
) -> list[Finding]:
    """Finds functions that still are the vulnerable side of a known fix.

    Args:
        path: files and folders.
        known: a dataset, or an index that ``streamguard known build`` wrote; ``data/raw`` by default, or else the
            demo world.
        options: any other flag of ``streamguard scan``, such as ``all=True`` or ``baseline="known.jsonl"``.

    Raises:
        PartialError: if nothing was found, and some file could not be read.
    """
    finished = run(["scan", *_list(path), *flags({"json": True, "known": known, **options})], check=False)
    # 8: something was found.
    if finished.exit_code not in (0, 8):
        raise error_for(finished.exit_code, finished.message)
    names = [entry.name for entry in fields(Finding)]
    found = map(json.loads, finished.stdout.splitlines())
    return [Finding(**{name: finding[name] for name in names}) for finding in found]


def predict(model: StrPath, dataset: StrPath, output: StrPath, **options: object) -> None:
    """Writes what the baseline of a prepared dataset says about code, in the format that :func:`evaluate` reads.

    Args:
        model: a dataset that was prepared with ``baseline=True``, or the file of its model.
        dataset: folder, ``.jsonl`` or ``.parquet`` file with code.
        output: file for the predictions, lines of JSON.
        options: any other flag of ``streamguard predict``, such as ``split="all"``.
    """
    run(["predict", os.fspath(model), os.fspath(dataset), *flags({"output": output, **options})])


def prepare(folder: StrPath, output_dir: StrPath, *, progress: bool = False, **options: object) -> Results:
    """Splits a dataset so that train, validation and test have no copies, commits or advisories in common.

    Args:
        folder: a dataset: folder, ``.jsonl`` or ``.parquet`` file.
        output_dir: folder of the splits, which ``datasets.load_dataset`` reads.
        progress: show a line that follows the run.
        options: any other flag of ``streamguard prepare``, such as ``split="time"`` or ``seed=7``.

    Returns:
        The contents of ``prepared.json``: settings and counts.
    """
    finished = _follow(["prepare", os.fspath(folder), *flags({"output_dir": output_dir, **options})], {}, progress)
    if finished.exit_code != 0:
        raise error_for(finished.exit_code, finished.message)
    prepared: Results = json.loads((Path(output_dir) / "prepared.json").read_text(encoding="utf-8"))
    return prepared


def check_splits(*datasets: StrPath, **options: object) -> list[str]:
    """Tells what the splits of datasets have in common: ``streamguard prepare --check``.

    Args:
        datasets: folders, ``.jsonl`` or ``.parquet`` files.
        options: any other flag of ``streamguard prepare`` that the check takes, such as ``near=0.9`` or ``code="func"``.

    Returns:
        A line for each copy, near copy, commit or advisory in two splits, and the counts; nothing if there is none.

    Raises:
        StreamGuardError: if there is nothing to compare, such as rows of one split only.
    """
    arguments = ["prepare", *(os.fspath(dataset) for dataset in datasets), *flags({"check": True, **options})]
    finished = run(arguments, check=False)
    # 8: something was found.
    if finished.exit_code not in (0, 8):
        raise error_for(finished.exit_code, finished.message)
    return finished.stdout.splitlines() if finished.exit_code == 8 else []


def explain(what: str, dataset: StrPath = "data/raw", **options: object) -> Results:
    """Says why a sample has its label, and what became of everything else that its commit changed.

    Args:
        what: the id of a sample or of a commit; its first six digits will do.
        dataset: folder, ``.jsonl`` or ``.parquet`` file.
        options: any other flag of ``streamguard explain``, such as ``repo="path/of/a/clone"``.

    Returns:
        The commit with its ``functions``, each with the ``terms`` of its evidence (log-odds), and what was ``dropped``.

    Raises:
        NoResultsError: if the repository is neither in the cache nor given by ``repo``.
    """
    finished = run(["explain", what, *flags({"dataset": dataset, "json": True, **options})])
    explained: Results = json.loads(finished.stdout)
    return explained


def export(dataset: StrPath, to: str, output_dir: StrPath, **options: object) -> str:
    """Writes a dataset in the layout of another one.

    Args:
        dataset: a prepared folder, an output folder, or a ``.parquet`` or ``.jsonl`` file.
        to: ``hf``, ``croissant``, ``primevul``, ``cvefixes`` or ``megavul``.
        output_dir: folder of the result.
        options: any other flag of ``streamguard export``.

    Returns:
        What the program says about the rows that it wrote and left out.
    """
    return run(["export", os.fspath(dataset), *flags({"to": to, "output_dir": output_dir, **options})]).stdout


def evaluate(predictions: StrPath, test: StrPath, **options: object) -> Results:
    """Measures how well a model tells vulnerable code from other code.

    Args:
        predictions: ``.jsonl`` or ``.parquet`` with an id and a probability, score or label for each function.
        test: a prepared dataset, or any ``.jsonl`` or ``.parquet`` file with labels or pairs.
        options: any other flag of ``streamguard evaluate``, such as ``split="test"``.
    """
    finished = run(["evaluate", os.fspath(predictions), os.fspath(test), *flags({"format": "json", **options})])
    evaluated: Results = json.loads(finished.stdout)
    return evaluated


def verify(folder: StrPath = "data/raw") -> str:
    """Checks every file that a run left in a folder against its digest. Returns what the program said.

    Raises:
        DamagedError: if a file is not as the run left it.
    """
    return run(["verify", folder]).stdout.strip()
