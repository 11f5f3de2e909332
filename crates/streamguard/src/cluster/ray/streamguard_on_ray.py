"""Runs the array tasks ("elements") of a submission of shards as tasks of Ray. StreamGuard sends it along with
itself.

The submission comes as JSON in the variable STREAMGUARD_ROUND:

    command      the program and its arguments; the elements to run are added
    folder       the folder in which elements run, on all nodes
    log          the beginning of the paths of log files, on all nodes
    elements     the number of elements, which are numbered from 0
    batch        the number of elements of one task; null for as many as take about two seconds
    in_flight    the number of tasks at once; null for two for each processor of the cluster
    max_retries  the number of times that a task is repeated if its node or worker died

It prints lines of JSON for StreamGuard, with the only key "streamguard" and one of the objects "progress" and
"failed" in it. It ends with code 0 whatever became of the elements: their output tells that.
"""

import json
import os
import subprocess
import time

import ray

TASK_SECONDS = 2.0

# Limits on the names of nodes and on failed tasks in the output: StreamGuard reads all of it again and again.
MAX_NODES, MAX_FAILED = 100, 10_000


def run_elements(submission, first, last):
    """Runs some elements, on any node. Returns why they failed, or None, and the duration in seconds."""
    since = time.monotonic()
    program, *arguments = submission["command"]
    # A program that was sent along lies in the folder in which the task begins.
    program = os.path.abspath(program)
    arguments += ["--element", "%d..%d" % (first, last), "--parent", str(os.getpid())]
    how = None
    try:
        with open("%s.%d.log" % (submission["log"], first), "ab") as log:
            code = subprocess.run(
                [program] + arguments, cwd=submission["folder"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            ).returncode
        if code != 0:
            how = "ended with code %d" % code if code > 0 else "was ended by signal %d" % -code
    except OSError as error:
        how = "cannot be run: %s" % error
    return how and "%s on %s" % (how, ray.util.get_node_ip_address()), time.monotonic() - since


class Cluster:
    """The nodes that have processors, queried at most once a second."""

    def __init__(self):
        self.queried = None

    def refresh(self):
        if self.queried is None or time.monotonic() - self.queried >= 1:
            self.queried = time.monotonic()
            nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
            self.names = sorted({node["NodeName"] for node in nodes})
            self.slots = int(sum(node["Resources"]["CPU"] for node in nodes))


class Reporter:
    """Prints the progress when it has changed, ever more rarely."""

    def __init__(self):
        self.since = time.monotonic()
        self.reported = None

    def report(self, kind, **values):
        print(json.dumps({"streamguard": {kind: values}}), flush=True)

    def progress(self, waiting, running, nodes):
        nodes = nodes[:MAX_NODES]
        now = (waiting, running, nodes)
        elapsed = time.monotonic() - self.since
        if self.reported is None or now != self.reported[0] and elapsed - self.reported[1] >= max(1, elapsed / 100):
            self.reported = (now, elapsed)
            self.report("progress", waiting=waiting, running=running, nodes=nodes)


def main():
    submission = json.loads(os.environ["STREAMGUARD_ROUND"])
    ray.init(log_to_driver=False)
    task = ray.remote(run_elements).options(num_cpus=1, max_retries=submission["max_retries"])
    shared = ray.put(submission)
    cluster, reporter = Cluster(), Reporter()
    failed, begun, ended, measured, seconds, flying = 0, 0, 0, 0, 0.0, {}
    while begun < submission["elements"] or flying:
        cluster.refresh()
        # A cluster that grows on demand needs a task that waits.
        slots = max(cluster.slots, 1)
        while begun < submission["elements"] and len(flying) < (submission["in_flight"] or 2 * slots):
            rest = submission["elements"] - begun
            batch = submission["batch"]
            if batch is None:
                quick = int(TASK_SECONDS / max(seconds / measured, 0.0001)) if measured else 1
                # Small enough to leave work for all other processors.
                batch = max(1, min(quick, rest // (2 * slots)))
            last = min(begun + batch, submission["elements"]) - 1
            flying[task.remote(shared, begun, last)] = (begun, last)
            begun = last + 1
        for done in ray.wait(list(flying), timeout=1)[0]:
            first, last = flying.pop(done)
            ended += last + 1 - first
            try:
                how, took = ray.get(done)
                measured, seconds = measured + last + 1 - first, seconds + took
            except ray.exceptions.RayError as error:
                how = "was given up by Ray: %s" % (str(error).splitlines() or [type(error).__name__])[0]
            if how and failed < MAX_FAILED:
                failed += 1
                reporter.report("failed", first=first, last=last, how=how)
        running = min(len(flying), cluster.slots)
        reporter.progress(submission["elements"] - ended - running, running, cluster.names)


main()
