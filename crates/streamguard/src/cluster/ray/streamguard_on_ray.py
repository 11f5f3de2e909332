"""Runs the elements of a round of shards as tasks of Ray. StreamGuard sends it along with itself.

The round comes as JSON in the variable STREAMGUARD_ROUND:

    command      the program and its arguments; which elements to run is added
    folder       where elements run, on all nodes
    log          what the names of files begin with that take what elements print, on all nodes
    elements     how many there are, numbered from 0
    batch        how many of them one task runs; null for so many that it takes about two seconds
    in_flight    how many tasks there are at once; null for two for each processor of the cluster
    max_retries  how often a task is repeated whose node or worker died

What it prints for StreamGuard are lines of JSON with the one key "streamguard". It ends with 0 whatever
became of the elements: what they leave tells that.
"""

import json
import os
import subprocess
import time

import ray

TASK_SECONDS = 2.0

# Names of nodes, and tasks that ended badly, of which it is said: all that is printed is read again and again.
MOST_NODES, MOST_BAD = 100, 10_000


def run_elements(order, first, last):
    """Runs some elements, on whatever node. Returns why they may have no result, or None, and how long it took."""
    since = time.monotonic()
    program, *arguments = order["command"]
    # What was sent along is where the task begins.
    program = os.path.abspath(program)
    arguments += ["--element", "%d..%d" % (first, last), "--parent", str(os.getpid())]
    how = None
    try:
        with open("%s.%d.log" % (order["log"], first), "ab") as log:
            code = subprocess.run(
                [program] + arguments, cwd=order["folder"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            ).returncode
        if code != 0:
            how = "ended with code %d" % code if code > 0 else "was ended by signal %d" % -code
    except OSError as error:
        how = "cannot be run: %s" % error
    return how and "%s on %s" % (how, ray.util.get_node_ip_address()), time.monotonic() - since


class Cluster:
    """The nodes that have processors, asked for at most once a second."""

    def __init__(self):
        self.asked = None

    def look(self):
        if self.asked is None or time.monotonic() - self.asked >= 1:
            self.asked = time.monotonic()
            nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
            self.names = sorted({node["NodeName"] for node in nodes})
            self.slots = int(sum(node["Resources"]["CPU"] for node in nodes))


class Teller:
    """Prints how far it is, when that has changed, ever more rarely."""

    def __init__(self):
        self.since = time.monotonic()
        self.told = None

    def tell(self, **what):
        print(json.dumps({"streamguard": what}), flush=True)

    def standing(self, waiting, running, nodes):
        nodes = nodes[:MOST_NODES]
        now = (waiting, running, nodes)
        elapsed = time.monotonic() - self.since
        if self.told is None or now != self.told[0] and elapsed - self.told[1] >= max(1, elapsed / 100):
            self.told = (now, elapsed)
            self.tell(waiting=waiting, running=running, nodes=nodes)


def main():
    order = json.loads(os.environ["STREAMGUARD_ROUND"])
    ray.init(log_to_driver=False)
    task = ray.remote(run_elements).options(num_cpus=1, max_retries=order["max_retries"])
    handed = ray.put(order)
    cluster, teller = Cluster(), Teller()
    bad, begun, ended, measured, seconds, flying = 0, 0, 0, 0, 0.0, {}
    while begun < order["elements"] or flying:
        cluster.look()
        # A cluster that grows with what waits needs something that waits.
        slots = max(cluster.slots, 1)
        while begun < order["elements"] and len(flying) < (order["in_flight"] or 2 * slots):
            rest = order["elements"] - begun
            batch = order["batch"]
            if batch is None:
                quick = int(TASK_SECONDS / max(seconds / measured, 0.0001)) if measured else 1
                # Never so many that others have nothing left to do.
                batch = max(1, min(quick, rest // (2 * slots)))
            last = min(begun + batch, order["elements"]) - 1
            flying[task.remote(handed, begun, last)] = (begun, last)
            begun = last + 1
        for done in ray.wait(list(flying), timeout=1)[0]:
            first, last = flying.pop(done)
            ended += last + 1 - first
            try:
                how, took = ray.get(done)
                measured, seconds = measured + last + 1 - first, seconds + took
            except ray.exceptions.RayError as error:
                how = "was given up by Ray: %s" % (str(error).splitlines() or [type(error).__name__])[0]
            if how and bad < MOST_BAD:
                bad += 1
                teller.tell(first=first, last=last, how=how)
        running = min(len(flying), cluster.slots)
        teller.standing(order["elements"] - ended - running, running, cluster.names)


main()
