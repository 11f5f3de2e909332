"""Builds datasets of vulnerable and fixed source code.

The package contains the program ``streamguard`` and runs it: nothing is computed in Python, a crash of the program
cannot end the interpreter, and the same call gives the same bytes as the command line.

>>> import streamguard
>>> streamguard.collect("data/first", offline=True, quick_test=True)  # doctest: +SKIP
>>> dataset = streamguard.load("data/first")  # doctest: +SKIP
"""

from streamguard.commands import (
    Finding,
    IngestResult,
    PrimeResult,
    ResolvedUrl,
    check_splits,
    collect,
    evaluate,
    explain,
    export,
    ingest,
    predict,
    prepare,
    prime,
    resolve,
    scan,
    verify,
)
from streamguard.errors import (
    DamagedError,
    DestinationError,
    FolderInUseError,
    NoResultsError,
    PartialError,
    StreamGuardError,
    UsageError,
)
from streamguard.jobs import Job, job
from streamguard.loading import Sample, load, samples
from streamguard.orchestrator import MasterOrchestrator, ReportGenerator
from streamguard.program import program_path, run, version

__all__ = [
    "DamagedError",
    "DestinationError",
    "Finding",
    "FolderInUseError",
    "IngestResult",
    "Job",
    "MasterOrchestrator",
    "NoResultsError",
    "PartialError",
    "PrimeResult",
    "ReportGenerator",
    "ResolvedUrl",
    "Sample",
    "StreamGuardError",
    "UsageError",
    "check_splits",
    "collect",
    "evaluate",
    "explain",
    "export",
    "ingest",
    "job",
    "load",
    "predict",
    "prepare",
    "prime",
    "program_path",
    "resolve",
    "run",
    "samples",
    "scan",
    "verify",
    "version",
]
