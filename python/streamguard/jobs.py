"""Jobs of one's own: a Python function that the engine runs on threads, processes, Slurm or Ray.

>>> import streamguard
>>> @streamguard.job  # doctest: +SKIP
... def lengths(path):
...     yield {"path": path, "bytes": len(open(path, "rb").read())}
>>> if __name__ == "__main__":  # doctest: +SKIP
...     lengths.run(["a.txt", "b.txt"], output_dir="out", workers=2)
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Callable, Optional, Union, overload

from streamguard.commands import _follow
from streamguard.errors import error_for
from streamguard.program import StrPath, flags

Worker = Callable[..., Union[Iterable[Any], Any]]


class Job:
    """A function as a job: each payload is a shard, and what the function returns or yields are its records.

    The records must be JSON, and the same payload must give the same records: a shard may run more than once.
    """

    def __init__(self, function: Worker, name: Optional[str] = None, deadline: int = 600) -> None:
        self.function = function
        self.name = name or "".join(filter(str.isalnum, function.__name__.lower()))
        self.deadline = deadline
        self.__doc__ = function.__doc__

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Calls the function here, as if it were no job."""
        return self.function(*arguments, **named)

    def run(
        self,
        payloads: Iterable[Any],
        *,
        output_dir: StrPath,
        merge: Optional[Callable[[Iterator[Any]], Any]] = None,
        progress: bool = True,
        **options: object,
    ) -> Any:
        """Runs the job, one shard for each payload, and waits until it has ended.

        Args:
            payloads: values that JSON can hold, small ones.
            output_dir: folder of the records (``NAME.jsonl``).
            merge: gets an iterator over all records in the order of the payloads; its result is returned.
            progress: show a line that follows the run.
            options: any other flag of ``streamguard run``, such as ``workers=4``, ``mode="slurm"``, ``resume=True``.

        Returns:
            What ``merge`` returns; the list of all records without it.

        Raises:
            PartialError: if some shard failed for good.
            ValueError: if the function stands in no file, as in a notebook; ``%%writefile jobs.py`` makes one.
        """
        folder = Path(output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / f"{self.name}.toml"
        config.write_text(self._config(list(payloads)), encoding="utf-8")
        given = flags({"config": config, "output_dir": folder, **options})
        finished = _follow(["run", self.name, *given], {}, progress)
        if finished.exit_code != 0:
            raise error_for(finished.exit_code, finished.message)
        return list(self.records(folder)) if merge is None else merge(self.records(folder))

    def records(self, output_dir: StrPath) -> Iterator[Any]:
        """Yields the records of a finished run, in the order of the payloads."""
        with (Path(output_dir) / f"{self.name}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def _config(self, payloads: list[Any]) -> str:
        script = inspect.getsourcefile(self.function)
        if script is None or not os.path.isfile(script):
            raise ValueError(f"the job {self.name} stands in no file, which workers could read: write it to one")
        command = [sys.executable, "-m", "streamguard.job_worker", os.path.abspath(script), self.name]
        # JSON strings and arrays of strings are TOML as well.
        return (
            f"[[job]]\nname = {json.dumps(self.name)}\ncommand = {json.dumps(command)}\n"
            f"deadline = {self.deadline}\nsettings = {{ payloads = {json.dumps(json.dumps(payloads))} }}\n"
        )


@overload
def job(function: Worker) -> Job: ...
@overload
def job(*, name: Optional[str] = None, deadline: int = 600) -> Callable[[Worker], Job]: ...
def job(
    function: Optional[Worker] = None, *, name: Optional[str] = None, deadline: int = 600
) -> Union[Job, Callable[[Worker], Job]]:
    """Makes a function of a script a job of the engine.

    Args:
        function: takes a payload, and returns a record, a list of records or nothing, or yields records.
        name: lower-case letters and digits; the function's name without other characters by default.
        deadline: seconds that a shard may take.
    """
    if function is not None:
        return Job(function)
    return lambda function: Job(function, name, deadline)
