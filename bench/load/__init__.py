"""Servers that know nothing of grace, and clients that count what fails."""
import json
import os
from contextlib import contextmanager

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ["http_load", "http_serve", "udp_load", "udp_serve"]


def build(session):
    """The folder with the programs and whatever the servers read."""
    folder = f"{session.folder}/load"
    if not os.path.exists(folder):
        os.mkdir(folder)
        for name in PROGRAMS:
            session.run(["cc", "-O2", "-o", f"{folder}/{name}", f"{HERE}/{name}.c"])
        for name in os.listdir(HERE):
            if name.endswith((".js", ".py", ".conf")):
                os.symlink(f"{HERE}/{name}", f"{folder}/{name}")
    return folder


class Client:
    """What a client has counted, once it has ended, and of each failure when it came and its port (http_load.c)."""

    def __init__(self, process):
        self.process, self.counts, self.failures = process, {}, []

    def end(self):
        """Tells it to begin nothing more; it waits for what is under way."""
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


def http(keeper, clients=64, seconds=600, how=None):
    """A closed loop; how: keep or once, see http_load.c."""
    words = [f"{keeper.tools}/http_load", "127.0.0.1", str(keeper.server.port), str(clients), str(seconds)]
    return running(keeper.net, words + ([how] if how else []))


def dns(keeper, clients=64, patience=2000):
    return running(keeper.net, [f"{keeper.tools}/udp_load", "127.0.0.1", str(keeper.server.port), str(clients), "600", str(patience)])
