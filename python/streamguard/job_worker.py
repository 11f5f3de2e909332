"""The worker of a job in Python: ``python -m streamguard.job_worker SCRIPT JOB``; not for people.

The engine speaks lines of JSON with it (docs/protocol.md, version 1).
"""

from __future__ import annotations

import inspect
import json
import os
import runpy
import sys
import traceback
from collections.abc import Iterable
from typing import Any, Callable

from streamguard.jobs import Job

#: Version of the protocol.
PROTOCOL = 1

Send = Callable[[dict[str, Any]], None]


def main(script: str, name: str) -> int:
    """Runs shards of a job of a script until the engine closes the pipe. Returns the exit code."""
    # Whatever the script or its functions print must not get between the messages.
    replies, sys.stdout = sys.stdout, sys.stderr
    sys.path[0] = os.path.dirname(script)
    # Any other name than __main__: its main part starts the run, and must not do so here.
    found = runpy.run_path(script, run_name="__streamguard_worker__").values()
    job = next((value for value in found if isinstance(value, Job) and value.name == name), None)
    if job is None:
        print(f"{script} defines no job {name}", file=sys.stderr)
        return 1

    def send(message: dict[str, Any]) -> None:
        replies.write(json.dumps(message, allow_nan=False) + "\n")
        replies.flush()

    payloads: list[Any] = []
    for line in sys.stdin:
        ((kind, body),) = json.loads(line).items()
        if kind == "hello":
            payloads = json.loads(body["settings"]["payloads"])
            send({"ready": {"protocol": PROTOCOL}})
        elif kind == "plan":
            for number in range(len(payloads)):
                send({"shard": number})
            send({"planned": {}})
        elif kind == "run":
            _run_shard(job, body["shard"], payloads[body["payload"]], send)
    return 0


def _run_shard(job: Job, shard: int, payload: Any, send: Send) -> None:
    try:
        count = 0
        for record in _records(job.function(payload)):
            send({"record": record})
            count += 1
        send({"done": {"shard": shard, "records": count}})
    except Exception as error:
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
        # What the operating system refuses may work at the next try; what the code gets wrong will not.
        send({"failed": {"shard": shard, "reason": reason, "retry": isinstance(error, OSError)}})


def _records(result: Any) -> Iterable[Any]:
    if result is None:
        return ()
    return result if inspect.isgenerator(result) or isinstance(result, list) else (result,)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
