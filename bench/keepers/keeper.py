"""The one interface of all that keep a server's copies on one port and replace them under load."""
import os
import shutil
import subprocess
import time

from .. import load
from ..host.net import Net
from ..host.watch import Timeout
from ..measured import Measured, debian

NEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build-aux", "need")
# For connections that are kept alive: they are waited for no longer than this, seconds.
DRAIN = 1


class Keeper(Measured):
    # The daemon measured here, by what it may use.
    ours = False
    # Whether its copies share the port by our preload library, and so may be any program.
    preloads = True
    # Whether it replaces all copies by itself on one request.
    rolls = True

    def __init__(self, session, watch, out):
        super().__init__(session, watch, out)
        self.net = self.server = self.tools = None
        self.workers = 0

    def prepare(self):
        self.tools = load.build(self.session)

    def version(self):
        return debian(self.packages[0].partition(":")[2])

    def takes(self, server):
        """Whether it can keep this one."""
        return self.preloads

    def start(self, server, workers=4):
        """Until all of them serve."""
        subprocess.run([NEED, server.package], check=True, stdin=subprocess.DEVNULL)
        self.server, self.workers = server, workers
        self.net = self.network()
        self.folder = self.place(server)
        self.pid = self.launch()
        self.net.until_served(server.port, server.family, self.sockets())

    def network(self):
        return Net.fresh(self.session)

    def place(self, server):
        """A fresh folder that the copies can read and write, with the server's files."""
        folder = self.session.fresh()
        for name in server.files:
            shutil.copy(f"{self.tools}/{name}", f"{folder}/{name}")
        return folder

    def sockets(self):
        """How many sockets serve the port while all serve."""
        return self.workers

    def launch(self):
        """Starts all; the supervisor's pid."""
        raise NotImplementedError

    def restart(self):
        """Replaces all copies; returns when the new ones serve and the old ones have ended."""
        raise NotImplementedError

    def pids(self):
        """Of the copies that serve, by their numbers."""
        raise NotImplementedError

    def within(self, function):
        """What it returns, called by a process in the network of the copies."""
        return self.net.call(function)

    def environment(self, preload=None):
        """What a copy needs to join a shared port under somebody else than ours."""
        return {"LD_PRELOAD": preload or f"{self.out}/lib/libreuseport.so", "LIBREUSEPORT_PORT": str(self.server.port), "LIBREUSEPORT_BACKLOG": "4096"}

    def words(self, worker, folder=None):
        """Its command line, with what this supervisor writes for the number of a copy."""
        return [word.replace("{folder}", folder or self.folder).replace("{worker}", worker) for word in self.server.command]

    @staticmethod
    def until(done, what, timeout=60):
        by = time.monotonic() + timeout
        while not done():
            if time.monotonic() > by:
                raise Timeout(f"no {what} within {timeout} s")
            time.sleep(0.01)


class InTurn(Keeper):
    """Those that know no rolling restart: each copy is restarted when the one before it serves again."""
    rolls = False

    def restart(self):
        for worker in range(self.workers):
            before = self.pids()[worker]
            self.restart_one(worker)
            self.until(lambda: self.pids().get(worker) not in (None, 0, before), f"new copy {worker}")
            self.net.until_served(self.server.port, self.server.family, self.workers)

    def restart_one(self, worker):
        raise NotImplementedError
