"""Progress of a run, on the standard error of a script or below the cell of a notebook."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Optional

from streamguard.program import Event


class ProgressLine:
    """One line that follows a run: records of each job, out of those that are expected.

    Call it with the events of the program, and ``close`` it in the end. On something that is neither a terminal nor a
    notebook it prints nothing but warnings.
    """

    def __init__(self) -> None:
        self._records: dict[str, int] = {}
        self._expected: dict[str, int] = {}
        self._ended: set[str] = set()
        self._width = 0
        # ipykernel's stream is not a terminal, but follows carriage returns as one.
        self._shown = sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel")

    def __call__(self, event: Event) -> None:
        """Takes note of an event, and shows the line anew if it changes."""
        job, kind = event.get("job"), event.get("event")
        if event.get("level") in ("WARNING", "ERROR"):
            self._print(f"{job}: {event.get('message')}")
        if not isinstance(job, str):
            return
        expected, records = event.get("expected"), event.get("records")
        if isinstance(expected, int):
            self._expected[job] = expected
        if kind in ("progress", "job_ended") and isinstance(records, int):
            self._records[job] = records
        if kind == "job_ended":
            self._ended.add(job)
        self._records.setdefault(job, 0)
        if self._shown:
            self._draw(self.text())

    def text(self) -> str:
        """Returns the line: the jobs that run, with their records."""
        running = [job for job in self._records if job not in self._ended]
        parts = []
        for job in running:
            records, expected = self._records[job], self._expected.get(job)
            parts.append(f"{job} {records:,}" + (f" of {expected:,}" if expected else ""))
        done = f"{len(self._ended)} of {len(self._records)} jobs done"
        return "; ".join([done, *parts])

    def close(self) -> None:
        """Ends the line."""
        if self._width:
            print(file=sys.stderr, flush=True)
            self._width = 0

    def _draw(self, text: str) -> None:
        text = text[:78]
        print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
        self._width = len(text)

    def _print(self, text: str) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr)
            self._width = 0
        print(text, file=sys.stderr, flush=True)


def progress_for(show: bool) -> tuple[Optional[Callable[[Event], None]], Callable[[], None]]:
    """Returns what follows the events of a run, and what ends it."""
    if not show:
        return None, lambda: None
    line = ProgressLine()
    return line, line.close
