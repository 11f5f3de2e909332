"""Exceptions, one for each exit code of the program."""

from __future__ import annotations

from typing import Optional


class StreamGuardError(Exception):
    """An ending of the program other than success.

    Attributes:
        exit_code: exit code of the program; below zero, the signal that ended it.
        message: what the program said on standard error, without its log lines.
        results: contents of ``collection_results.json``, if the run left some.
    """

    def __init__(self, message: str, exit_code: int, results: Optional[dict[str, object]] = None) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.results = results


class UsageError(StreamGuardError):
    """An argument that cannot be used, or a folder with a finished run of other settings (exit code 2).

    ``fresh=True`` replaces such a run, ``update=True`` brings it up to date.
    """


class PartialError(StreamGuardError):
    """A run some of whose sources failed; the rest is whole, and in ``results`` (exit code 3)."""


class NoResultsError(StreamGuardError):
    """A run that gave nothing (exit code 4)."""


class FolderInUseError(StreamGuardError):
    """A folder that another run holds (exit code 5)."""


class DestinationError(StreamGuardError):
    """A destination that cannot be written, such as a full disk; ``resume=True`` continues (exit code 6)."""


class DamagedError(StreamGuardError):
    """Damaged files; the message says which, and what repairs them (exit code 7)."""


_BY_EXIT_CODE: dict[int, type[StreamGuardError]] = {
    2: UsageError,
    3: PartialError,
    4: NoResultsError,
    5: FolderInUseError,
    6: DestinationError,
    7: DamagedError,
}


def error_for(exit_code: int, message: str, results: Optional[dict[str, object]] = None) -> StreamGuardError:
    """Returns the exception that stands for an exit code."""
    kind = _BY_EXIT_CODE.get(exit_code, StreamGuardError)
    return kind(message or f"streamguard ended with exit code {exit_code}", exit_code, results)
