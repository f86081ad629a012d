"""Servers without graceful shutdown, and clients that count failures."""
import json
import os
import subprocess
import sys
from contextlib import contextmanager

HERE = os.path.dirname(os.path.abspath(__file__))
# Each program with its sources.
PROGRAMS = {"http_load": ["http_load.c", "http_answer.c", "http_counts.c"], "http_serve": ["http_serve.c"],
            "udp_load": ["udp_load.c"], "udp_serve": ["udp_serve.c"]}
# Without a dynamic loader, so that no library can be put into the program.
STATIC = {"http_serve_static": ["-static", f"{HERE}/http_serve.c"]}


def build(session):
    """The directory with the programs and the files of the servers."""
    folder = f"{session.folder}/load"
    if not os.path.exists(folder):
        os.mkdir(folder)
        for name, sources in PROGRAMS.items():
            session.run(["cc", "-O2", "-o", f"{folder}/{name}", *(f"{HERE}/{source}" for source in sources)])
        for name, words in STATIC.items():
            session.run(["cc", "-O2", "-o", f"{folder}/{name}", *words])
        for name in os.listdir(HERE):
            if name.endswith((".js", ".py", ".conf")):
                os.symlink(f"{HERE}/{name}", f"{folder}/{name}")
    return folder


def build_go(session):
    """The same for the program in Go, which takes longer. Statically linked, as without cgo."""
    path = f"{session.folder}/load/http_serve_go"
    if not os.path.exists(path):
        session.run(["env", "GO111MODULE=off", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o", path, f"{HERE}/http_serve.go"])


class Client:
    """The counts of a client that has ended, with the time and port of each failure (http_load.c)."""

    def __init__(self, process):
        self.process, self.counts, self.failures = process, {}, []

    def end(self):
        """Stops new requests; the client waits for open ones."""
        self.process.terminate()
        self.wait()

    def wait(self):
        self.counts = json.loads(self.process.communicate(timeout=60)[0])
        self.failures = self.counts.pop("failures", [])


@contextmanager
def running(net, words):
    client = Client(net.start(words))
    try:
        yield client
        client.end()
    finally:
        if client.process.poll() is None:
            client.process.kill()
            client.process.wait()


@contextmanager
def status(socket, period):
    """Asks for the whole status each so many seconds. A list that at the end has the pairs of control.py."""
    words = [sys.executable, f"{HERE}/control.py", socket, "status", str(period)]
    process, times = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True), []
    try:
        if process.stdout.readline() != "begun\n":
            raise ValueError(f"the client of the status has ended with {process.wait()}")
        yield times
        times += json.loads(process.communicate("enough", timeout=120)[0])
    finally:
        process.kill()
        process.wait()


def http(keeper, clients=64, seconds=600, how=None):
    """Starts a closed loop. how: keep or once, see http_load.c."""
    words = [f"{keeper.tools}/http_load", "127.0.0.1", str(keeper.server.port), str(clients), str(seconds)]
    return running(keeper.net, words + ([how] if how else []))


def dns(keeper, clients=64, patience=2000):
    words = [f"{keeper.tools}/udp_load", "127.0.0.1", str(keeper.server.port), str(clients), "600", str(patience)]
    return running(keeper.net, words)


def flows(keeper, count=1000):
    """Flows of datagrams that stay open, in turn: see udp_flows.py."""
    words = [sys.executable, f"{HERE}/udp_flows.py", "127.0.0.1", str(keeper.server.port), str(count)]
    return running(keeper.net, words)
