#!/usr/bin/env python3
"""A Ray cluster of one head without processors and two nodes with one each, on this machine, for tests.

    ray.py FOLDER PYTHON [TOKEN]

PYTHON is the interpreter of an environment that has ray[default]; with TOKEN the cluster wants it of
everybody. State and logs are in FOLDER. The cluster lives in a network of its own, where it listens on
127.0.0.1:8265, and each node has processes of its own. Prints "ready PID" when both nodes are there: whoever enters the
network of that process (nsenter --net --target PID) can speak to it. Orders come on standard input, a
line each, and are answered by a line:

    kill n2    kills the node with all that runs on it, as by kill -9
    start n2   starts it again

When standard input ends, because its owner closed it or died, everything ends, and FOLDER goes. Needs root. Exits with 77 if
something is missing, and says what.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

HEAD = "127.0.0.1:6379"
API = "http://127.0.0.1:8265"


def skip(why):
    print("skipped: " + why, flush=True)
    sys.exit(77)


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, prctl(2)


class Cluster:
    def __init__(self, folder, python, token):
        self.folder = folder
        self.token = token
        binaries = os.path.dirname(os.path.abspath(python))
        self.ray = os.path.join(binaries, "ray")
        self.running = {}
        # A node that is gone is noticed after four seconds instead of fifteen.
        self.environment = dict(
            os.environ, PATH=binaries + ":" + os.environ["PATH"], RAY_USAGE_STATS_ENABLED="0",
            RAY_health_check_period_ms="1000", RAY_health_check_timeout_ms="2000",
            RAY_health_check_failure_threshold="3")
        if token:
            self.environment.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=token)

    def start(self, name, *arguments):
        # Processes of its own: with the first of them, all end.
        own = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"]
        common = ["--node-ip-address=127.0.0.1", "--temp-dir=" + os.path.join(self.folder, name), "--block",
                  "--disable-usage-stats", "--object-store-memory=80000000", "--node-name=" + name]
        log = open(os.path.join(self.folder, name + ".out"), "ab")
        self.running[name] = subprocess.Popen(
            own + [self.ray, "start"] + common + list(arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=self.environment, preexec_fn=end_with_parent)

    def start_node(self, node):
        self.start(node, "--address=" + HEAD, "--num-cpus=1")

    def nodes(self):
        request = urllib.request.Request(API + "/api/v0/nodes")
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                nodes = json.load(answer)["data"]["result"]["result"]
                return sum(node["state"] == "ALIVE" for node in nodes)
        except (OSError, KeyError, TypeError):
            return 0

    def up(self):
        self.start("head", "--head", "--port=6379", "--dashboard-host=127.0.0.1", "--dashboard-port=8265",
                   "--num-cpus=0")
        self.wait(lambda: self.nodes() >= 1, "the head")
        for node in ["n1", "n2"]:
            self.start_node(node)
        self.wait(lambda: self.nodes() >= 3, "the nodes")

    def wait(self, ready, what):
        for _ in range(600):
            if ready():
                return
            time.sleep(0.2)
        last = [open(os.path.join(self.folder, name + ".out")).read()[-500:] for name in self.running]
        skip("%s did not start: %s" % (what, " / ".join(last)))

    def kill_node(self, node):
        pid = self.running[node].pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            first = children.read().split()
        self.running[node].kill()
        self.running[node].wait()
        # The first process of a namespace is gone when all others are (pid_namespaces(7)).
        while any(os.path.exists("/proc/" + process) for process in first):
            time.sleep(0.01)

    def start_again(self, node):
        self.start_node(node)
        self.wait(lambda: self.nodes() >= 3, node)


def main():
    folder, python = os.path.abspath(sys.argv[1]), sys.argv[2]
    if os.geteuid() != 0:
        skip("a network of its own wants root")
    missing = [name for name in ["unshare", "nsenter", "ip"] if not shutil.which(name)]
    if missing:
        skip("there is no %s: apt-get install util-linux iproute2" % ", ".join(missing))
    if subprocess.run([python, "-c", "import ray"], capture_output=True).returncode != 0:
        skip("%s has no ray: pip install 'ray[default]'" % python)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x40000000) != 0:  # CLONE_NEWNET, unshare(2)
        skip("there can be no network of its own here: " + os.strerror(ctypes.get_errno()))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    cluster = Cluster(folder, python, sys.argv[3] if len(sys.argv) > 3 else None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        cluster.up()
        print("ready %d" % os.getpid(), flush=True)
        for line in sys.stdin:
            order, node = line.split()
            {"kill": cluster.kill_node, "start": cluster.start_again}[order](node)
            print("done", flush=True)
    finally:
        for name in list(cluster.running):
            cluster.kill_node(name)
        shutil.rmtree(folder, ignore_errors=True)


main()
