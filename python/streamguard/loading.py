"""Datasets in Python: as `datasets.Dataset`, as a table of pyarrow, or row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Optional

from streamguard.program import StrPath

#: Names of the dataset in an output folder, the better one first.
_PARQUET, _JSONL = "samples.parquet", "samples.jsonl"


@dataclass(frozen=True)
class Sample:
    """One labelled piece of code with its origin. A field that the source does not know is ``None``.

    The fields are those of ``samples.jsonl``; ``other`` holds those that this version of the package does not name.
    """

    id: str
    collector: str
    kind: str
    level: str = "function"
    language: Optional[str] = None
    vulnerable_code: Optional[str] = None
    fixed_code: Optional[str] = None
    vulnerability_type: Optional[str] = None
    cwes: list[str] = field(default_factory=list)
    cwe_parents: list[str] = field(default_factory=list)
    severity: Optional[str] = None
    cvss_score: Optional[float] = None
    cvss_vector: Optional[str] = None
    cvss_version: Optional[str] = None
    advisory_ids: list[str] = field(default_factory=list)
    description: Optional[str] = None
    published_date: Optional[str] = None
    repository: Optional[str] = None
    commit: Optional[str] = None
    parent_commit: Optional[str] = None
    commit_date: Optional[str] = None
    commit_message: Optional[str] = None
    backport_of: Optional[str] = None
    introduced_by: list[str] = field(default_factory=list)
    path_before: Optional[str] = None
    path_after: Optional[str] = None
    function: Optional[str] = None
    start_line_before: Optional[int] = None
    end_line_before: Optional[int] = None
    start_line_after: Optional[int] = None
    end_line_after: Optional[int] = None
    vulnerable_lines: Optional[list[int]] = None
    fixed_lines: Optional[list[int]] = None
    diff_lines: Optional[int] = None
    code_hash_before: Optional[str] = None
    code_hash_after: Optional[str] = None
    source: Optional[str] = None
    licence: Optional[str] = None
    licence_path: Optional[str] = None
    licence_score: Optional[float] = None
    label_evidence: list[str] = field(default_factory=list)
    label_confidence: Optional[float] = None
    quality_flags: list[str] = field(default_factory=list)
    other: dict[str, Any] = field(default_factory=dict, repr=False)


_NAMED = frozenset(entry.name for entry in fields(Sample)) - {"other"}


def samples(folder: StrPath = "data/raw") -> Iterator[Sample]:
    """Yields the samples of a dataset one by one, without holding them all.

    Args:
        folder: the output folder of a collection, or a ``.jsonl`` file.

    Raises:
        FileNotFoundError: if there is no dataset.
    """
    for row in rows(folder):
        named = {name: value for name, value in row.items() if name in _NAMED}
        other = {name: value for name, value in row.items() if name not in _NAMED}
        yield Sample(**named, other=other)


def rows(folder: StrPath = "data/raw") -> Iterator[dict[str, Any]]:
    """Yields the rows of a dataset as dictionaries."""
    path = _dataset_file(Path(folder), [_JSONL])
    if path.suffix == ".parquet":
        raise ValueError(f"{path} cannot be read row by row: name the folder or the .jsonl file, or install pyarrow")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def load(folder: StrPath = "data/raw") -> Any:
    """Loads a dataset with the best library that is installed.

    Args:
        folder: the output folder of a collection, or a ``.parquet`` or ``.jsonl`` file.

    Returns:
        A ``datasets.Dataset``; without `datasets`, a ``pyarrow.Table``; without both, an iterator of dictionaries.
        All have the same rows and columns.
    """
    path = _dataset_file(Path(folder), [_PARQUET, _JSONL])
    if path.suffix == ".parquet":
        try:
            from datasets import Dataset
        except ImportError:
            pass
        else:
            return Dataset.from_parquet(str(path))
        try:
            from pyarrow import parquet
        except ImportError:
            beside = path.with_suffix(".jsonl")
            return rows(beside if beside.is_file() else path)
        return parquet.read_table(path)
    return rows(path)


def _dataset_file(path: Path, names: list[str]) -> Path:
    if path.is_file():
        return path
    for name in names:
        if (path / name).is_file():
            return path / name
    raise FileNotFoundError(f"there is no dataset in {path}: no {' and no '.join(names)} is there; collect one first")
