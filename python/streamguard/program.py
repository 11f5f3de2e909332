"""The program: where it lies, and how it is run."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable, Optional, Union

from streamguard.errors import error_for

StrPath = Union[str, "os.PathLike[str]"]
Event = dict[str, object]

#: Variable that names another program than the package's.
_PROGRAM = "STREAMGUARD_PROGRAM"
#: Lines of standard error that are kept for the message of an exception.
_KEPT_LINES = 20
#: Seconds that the program gets to stop after Ctrl+C, before a second signal ends it at once.
_SECONDS_TO_STOP = 30.0


@functools.lru_cache(maxsize=None)
def program_path() -> Path:
    """Returns the path of the program: ``STREAMGUARD_PROGRAM``, this package's, or the one on the ``PATH``.

    Raises:
        FileNotFoundError: if there is none.
    """
    named = os.environ.get(_PROGRAM)
    if named:
        return Path(named)
    folders = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    # `pip install --user` and `pip install --target` have folders of their own.
    folders.append(sysconfig.get_path("scripts", scheme="posix_user"))
    folders.append(os.fspath(Path(__file__).resolve().parent.parent / "bin"))
    for folder in folders:
        path = Path(folder) / "streamguard"
        if path.is_file() and os.access(path, os.X_OK):
            return path
    found = shutil.which("streamguard")
    if found is None:
        raise FileNotFoundError(
            f"the program streamguard is in none of {', '.join(folders)} nor on the PATH: reinstall the package, or "
            "name the program in the variable STREAMGUARD_PROGRAM"
        )
    return Path(found)


@functools.lru_cache(maxsize=None)
def version() -> str:
    """Returns the version of the package, such as ``0.1.0``."""
    from importlib import metadata

    try:
        return metadata.version("streamguard")
    except metadata.PackageNotFoundError:
        return run(["--version"]).stdout.split()[1]


@dataclass(frozen=True)
class Finished:
    """An ended run of the program.

    Attributes:
        exit_code: exit code; below zero, the signal that ended it.
        stdout: all of standard output.
        message: the last lines of standard error, of its log lines only the errors; else standard output.
    """

    exit_code: int
    stdout: str
    message: str


def run(
    arguments: Sequence[StrPath],
    *,
    input: Optional[str] = None,
    cwd: Optional[StrPath] = None,
    env: Optional[dict[str, str]] = None,
    on_event: Optional[Callable[[Event], None]] = None,
    check: bool = True,
) -> Finished:
    """Runs the program, and waits until it has ended.

    Ctrl+C stops it cleanly: what is finished is kept, and ``resume=True`` continues.

    Args:
        arguments: the command and its flags, such as ``["jobs"]``.
        input: text for standard input; nothing by default.
        cwd: folder that it runs in.
        env: variables on top of those of this process.
        on_event: called with each JSON line that the program writes to standard error.
        check: raise an exception for an exit code other than 0.

    Raises:
        StreamGuardError: the subclass for the exit code, if ``check`` is true.
    """
    command = [os.fspath(program_path()), *(os.fspath(argument) for argument in arguments)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=_environment(env or {}),
        text=True,
        encoding="utf-8",
        errors="replace",
        # Ctrl+C of a terminal would reach it twice: from the terminal, and from here.
        start_new_session=True,
    )
    said: deque[str] = deque(maxlen=_KEPT_LINES)
    printed: list[str] = []
    readers = [
        threading.Thread(target=_read_lines, args=(process.stderr, said, on_event), daemon=True),
        threading.Thread(target=_read_all, args=(process.stdout, printed), daemon=True),
    ]
    for reader in readers:
        reader.start()
    try:
        if input is not None and process.stdin is not None:
            try:
                process.stdin.write(input)
                process.stdin.close()
            except BrokenPipeError:
                pass
        exit_code = process.wait()
    except BaseException:
        _stop(process)
        raise
    finally:
        for reader in readers:
            reader.join()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    stdout = "".join(printed)
    # Some commands answer on standard output what is wrong.
    finished = Finished(exit_code, stdout, "\n".join(said) or stdout.strip())
    if check and exit_code != 0:
        raise error_for(exit_code, finished.message)
    return finished


def _environment(more: dict[str, str]) -> dict[str, str]:
    # This variable is the package's, and no setting of the program.
    return {**{name: value for name, value in os.environ.items() if name != _PROGRAM}, **more}


def _stop(process: subprocess.Popen[str]) -> None:
    """Stops the program cleanly, or at once if it does not end in time or the user insists."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=_SECONDS_TO_STOP)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


def _read_all(stream: IO[str], into: list[str]) -> None:
    into.append(stream.read())


def _read_lines(stream: Iterable[str], said: deque[str], on_event: Optional[Callable[[Event], None]]) -> None:
    for line in stream:
        event = _event(line) if on_event is not None else None
        if event is None or on_event is None:
            said.append(line.rstrip("\n"))
            continue
        if event.get("level") == "ERROR":
            said.append(f"{event.get('job')}: {event.get('message')}")
        on_event(event)


def _event(line: str) -> Optional[Event]:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def flags(options: dict[str, object]) -> list[str]:
    """Returns options as flags: ``cve_samples=5`` as ``--cve-samples 5``, ``True`` as a flag alone.

    Options that are ``None`` or ``False`` are left out; a list repeats its values behind one flag.
    """
    arguments: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            arguments.append(flag)
        elif isinstance(value, (list, tuple, set, frozenset)):
            values = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else list(map(_text, value))
            # One flag for each value, so that a value cannot be mistaken for a flag.
            arguments += [f"{flag}={item}" for item in values]
        else:
            arguments.append(f"{flag}={_text(value)}")
    return arguments


def _text(value: object) -> str:
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)
