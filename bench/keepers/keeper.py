"""The interface of all keepers: they keep a server's copies on one port and replace them under load."""
import os
import shutil
import subprocess
import time

from .. import load
from ..host.net import Net
from ..host.watch import Timeout
from ..measured import Measured, debian
from .server import GO

NEED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build-aux", "need")
# Longest wait for kept connections, in seconds.
DRAIN = 1


class Keeper(Measured):
    # True for the daemon itself.
    ours = False
    # True if the copies share the port through the preload library, so that any program can be kept.
    preloads = True
    # True if the keeper replaces all copies on one request.
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
        """True if it can keep this server."""
        return self.preloads and not server.static

    def start(self, server, workers=4):
        """Starts all copies; returns when they serve."""
        self.begin(server, workers)
        self.net.until_served(server.port, server.family, self.sockets())

    def begin(self, server, workers):
        """Starts all copies, and does not wait."""
        subprocess.run([NEED, server.package], check=True, stdin=subprocess.DEVNULL)
        if server.package == GO:
            load.build_go(self.session)
        self.server, self.workers = server, workers
        self.net = self.network()
        self.folder = self.place(server)
        self.pid = self.launch()

    def network(self):
        return Net.fresh(self.session)

    def place(self, server):
        """A new directory with the server's files, which the copies can read and write."""
        folder = self.session.fresh()
        for name in server.files:
            shutil.copy(f"{self.tools}/{name}", f"{folder}/{name}")
        return folder

    def sockets(self):
        """Number of sockets that serve the port while all copies serve."""
        return self.workers

    def launch(self):
        """Starts all copies; returns the supervisor's pid."""
        raise NotImplementedError

    def restart(self):
        """Replaces all copies; returns when the new ones serve and the old ones have ended."""
        raise NotImplementedError

    def pids(self):
        """number -> pid of the copies that serve."""
        raise NotImplementedError

    def within(self, function):
        """The result of a function, called by a process in the network of the copies."""
        return self.net.call(function)

    def environment(self, preload=None):
        """The variables that a copy under another supervisor needs to join a shared port."""
        return {"LD_PRELOAD": preload or f"{self.out}/lib/libreuseport.so",
                "LIBREUSEPORT_PORT": str(self.server.port), "LIBREUSEPORT_BACKLOG": "4096"}

    def words(self, worker, folder=None):
        """The server's command line, with this supervisor's placeholder for the number of a copy."""
        return [word.replace("{folder}", folder or self.folder).replace("{worker}", worker) for word in self.server.command]

    @staticmethod
    def until(done, what, timeout=60):
        by = time.monotonic() + timeout
        while not done():
            if time.monotonic() > by:
                raise Timeout(f"no {what} within {timeout} s")
            time.sleep(0.01)


class InTurn(Keeper):
    """Keepers without a rolling restart: each copy is restarted when the one before serves again."""
    rolls = False

    def restart(self):
        for worker in range(self.workers):
            before = self.pids()[worker]
            self.restart_one(worker)
            self.until(lambda: self.pids().get(worker) not in (None, 0, before), f"new copy {worker}")
            self.net.until_served(self.server.port, self.server.family, self.workers)

    def restart_one(self, worker):
        raise NotImplementedError


class Mortal(Keeper):
    """A supervisor that can be killed and started again."""

    def present(self):
        """The pid of the supervisor."""
        raise NotImplementedError

    def kill(self):
        """Returns when the supervisor has got the signal."""
        raise NotImplementedError

    def revive(self):
        """Returns when the next supervisor controls the workers."""
        raise NotImplementedError

    def killed(self):
        self.kill()
        self.revive()
