#!/usr/bin/env python3
"""A Slurm cluster of one controller and two nodes with a processor each, on this machine, for tests.

    slurm.py FOLDER

Starts munged, slurmctld and two slurmd (n1, n2) with keys, sockets, state and logs in FOLDER, all on
free ports of 127.0.0.1; prints "ready" when both nodes are idle. SLURM_CONF=FOLDER/slurm.conf then leads
the client programs there. Orders come on standard input, a line each, and are answered by a line:

    kill n2    kills the node with all that runs on it, as by kill -9
    start n2   starts its slurmd again

When standard input ends, because its owner closed it or died, everything ends, and FOLDER goes. Needs root, and the Debian
packages slurm-wlm and munge. Exits with 77 if something of that is missing, and says what.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

DAEMONS = ["munged", "slurmctld", "slurmd", "sinfo"]


def skip(why):
    print("skipped: " + why, flush=True)
    sys.exit(77)


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, prctl(2)


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.name = "sgtest%d" % os.getpid()
        self.running = {}
        self.environment = dict(os.environ, SLURM_CONF=self.path("slurm.conf"))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, name, *command):
        log = open(self.path(name + ".out"), "ab")
        self.running[name] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
            preexec_fn=end_with_parent)
        with open(self.path(name + ".pid"), "w") as file:
            file.write(str(self.running[name].pid))

    def configure(self):
        for folder in ["state", "n1", "n2"]:
            os.makedirs(self.path(folder), exist_ok=True)
        with open(self.path("munge.key"), "wb") as key:
            key.write(os.urandom(1024))
        os.chmod(self.path("munge.key"), 0o600)
        controller, first, second = free_ports(3)
        host = socket.gethostname().split(".")[0]
        nodes = "".join(
            "NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=1 RealMemory=1000 State=UNKNOWN\n"
            % (node, host, port) for node, port in [("n1", first), ("n2", second)])
        with open(self.path("slurm.conf"), "w") as conf:
            conf.write(f"""ClusterName={self.name}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={self.path("munge.socket")},cred_expire=5
CredType=cred/munge
StateSaveLocation={self.path("state")}
SlurmdSpoolDir={self.folder}/%n
SlurmctldPidFile={self.path("slurmctld-own.pid")}
SlurmdPidFile={self.folder}/%n/slurmd.pid
SlurmctldLogFile={self.path("slurmctld.log")}
SlurmdLogFile={self.folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ReturnToService=2
SlurmdTimeout=10
MaxArraySize=8
{nodes}PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
""")
        # Nodes that share a machine have no cgroups of their own; the plugin for version 2 wants systemd.
        with open(self.path("cgroup.conf"), "w") as conf:
            conf.write("CgroupPlugin=cgroup/v1\n")

    def up(self):
        self.configure()
        self.start("munged", "munged", "--foreground", "--force", "--key-file=" + self.path("munge.key"),
                   "--socket=" + self.path("munge.socket"), "--pid-file=" + self.path("munged-own.pid"),
                   "--log-file=" + self.path("munged.log"), "--seed-file=" + self.path("munge.seed"))
        self.wait(lambda: os.path.exists(self.path("munge.socket")), "munged")
        self.start("slurmctld", "slurmctld", "-D", "-f", self.path("slurm.conf"))
        for node in ["n1", "n2"]:
            self.start_node(node)
        self.wait(self.idle, "slurmctld and slurmd")

    def start_again(self, node):
        self.start_node(node)
        self.wait(self.idle, node)

    def start_node(self, node):
        self.start(node, "slurmd", "-D", "-N", node, "-f", self.path("slurm.conf"))

    def idle(self):
        said = subprocess.run(["timeout", "5", "sinfo", "-h", "-o", "%T %D"], env=self.environment,
                              capture_output=True, text=True).stdout
        return said.strip() == "idle 2"

    def wait(self, ready, what):
        for _ in range(300):
            if ready():
                return
            time.sleep(0.1)
        self.down()
        logs = [self.path(name) for name in ["slurmctld.log", "n1.log", "n1.out", "munged.log"]]
        last = [open(log).read()[-500:] for log in logs if os.path.exists(log)]
        skip("%s did not start: %s" % (what, " / ".join(last)))

    def of_jobs(self, node=None):
        """Processes of jobs of this cluster, and of their step daemons."""
        found = set()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                variables = open("/proc/%s/environ" % pid, "rb").read().split(b"\0")
                if b"SLURM_CLUSTER_NAME=" + self.name.encode() not in variables:
                    continue
                if node and b"SLURMD_NODENAME=" + node.encode() not in variables:
                    continue
                found.add(int(pid))
                parent = open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()[1]
                if open("/proc/%s/comm" % parent).read().strip() == "slurmstepd":
                    found.add(int(parent))
            except OSError:
                pass
        return found

    def kill(self, pids):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while any(self.lives(pid) for pid in pids):
            time.sleep(0.01)

    def lives(self, pid):
        """Whether a process has still its memory, and so a command line."""
        try:
            with open("/proc/%d/cmdline" % pid, "rb") as line:
                return line.read() != b""
        except OSError:
            return False

    def kill_node(self, node):
        self.running[node].kill()
        self.running[node].wait()
        self.kill(self.of_jobs(node))

    def down(self):
        for name in ["slurmctld", "n1", "n2", "munged"]:
            if name in self.running:
                self.running[name].kill()
                self.running[name].wait()
        self.kill(self.of_jobs())


def main():
    if os.geteuid() != 0:
        skip("slurmctld and slurmd want root")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [name for name in DAEMONS if not shutil.which(name)]
    if missing:
        skip("there is no %s: apt-get install slurm-wlm munge" % ", ".join(missing))
    cluster = Cluster(os.path.abspath(sys.argv[1]))
    # Whoever ends this script ends the cluster: with it, its children do.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        cluster.up()
        print("ready", flush=True)
        for line in sys.stdin:
            order, node = line.split()
            {"kill": cluster.kill_node, "start": cluster.start_again}[order](node)
            print("done", flush=True)
    finally:
        cluster.down()
        shutil.rmtree(cluster.folder, ignore_errors=True)


main()
