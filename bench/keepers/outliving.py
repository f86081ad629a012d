"""
Supervisors whose own process is replaced, killed or restarted under load. A way that a supervisor has not is None. A way
returns when the supervisor controls four workers again. The way `killed` has two steps: `kill`, and `revive`.
"""
import http.client
import json
import os
import select
import signal
import subprocess
import time

from ..host import proc
from ..host.net import Net
from ..peers.systemd import Systemd as Machine
from .docker import Docker
from .keeper import Mortal
from .pm2 import Pm2
from .reuseportd import Reuseportd
from .supervisord import Supervisord
from .systemd import INSIDE, Systemd, placed

# Seconds that a client waits for the next daemon.
PATIENCE = 30


class Unit(Mortal, Reuseportd):
    """The daemon as a unit of the systemd in the container of ../peers, installed by `make install`."""
    packages = Reuseportd.packages + Machine.packages + ["make:make"]
    settings = "the installed unit under systemd: `reuseportctl reexec`, `kill -9`, `systemctl restart`"
    outlived = True
    commands = {"reexec": ["reuseportctl", "reexec"], "restarted": ["systemctl", "restart", "reuseportd"]}

    def prepare(self):
        super().prepare()
        self.machine = Machine(self.session, self.watch, self.out)
        self.machine.prepare()
        self.root = self.machine.root
        repository = os.path.join(os.path.dirname(__file__), "..", "..")
        self.session.run(["make", "-s", "-C", repository, "install", f"DESTDIR={self.root}", "PREFIX=/usr", f"OUT={self.out}"])
        self.machine.systemctl("daemon-reload")

    def network(self):
        return Net(self.machine.init)

    def place(self, server):
        return placed(self.root, server, self.tools)

    def home(self):
        return INSIDE

    def configure(self, services):
        """By rename(2): the next daemon reads the file at any time."""
        path = f"{self.root}/etc/reuseportd/services.d/bench.yaml"
        with open(f"{path}.new", "w") as file:
            file.write(json.dumps({"services": services}))
        os.replace(f"{path}.new", path)

    def run(self):
        self.machine.systemctl("start", "reuseportd")
        return self.present()

    def present(self):
        main = self.main()
        return self.outside(main) if main else None

    def main(self):
        """The pid in the container."""
        return int(self.machine.systemctl("show", "--property=MainPID", "--value", "reuseportd"))

    def guard(self):
        """The pid of the daemon's guard; None while no guard runs."""
        return next((pid for pid in proc.tree([self.machine.init]) if proc.comm(pid) == "reuseport-guard"), None)

    def outside(self, pid):
        return self.machine.outside([pid]).get(pid)

    def socket(self):
        return f"{self.root}/run/reuseportd/control.sock"

    def ask(self, method, path, body=None):
        """Asks again if the daemon ended before its answer, or if none runs: a restart removes the socket."""
        by = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = super().ask(method, path, body)
                if status != 503 or time.monotonic() > by:
                    return status, answer
            except (http.client.HTTPException, ConnectionError, FileNotFoundError):
                if time.monotonic() > by:
                    raise
            time.sleep(0.01)

    def command(self, way):
        """Starts the command that replaces or restarts the daemon."""
        words = self.machine.inside_words(*self.commands[way])
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def reexec(self):
        self.succeed("reexec")

    def restarted(self):
        self.succeed("restarted")

    def succeed(self, way):
        self.session.run(self.machine.inside_words(*self.commands[way]))
        self.until(lambda: len(self.ready()) == self.workers, "daemon")

    def kill(self):
        handle = os.pidfd_open(self.present())
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [])
        os.close(handle)

    def revive(self):
        """The next daemon answers, as clients wait in the queue of the control socket. systemctl would take its processor."""
        self.until(lambda: len(self.ready()) == self.workers, "daemon")

    def end(self):
        self.machine.systemctl("stop", "reuseportd")

    def stop(self):
        self.end()
        self.session.end_all()

    def close(self):
        self.machine.close()


class Stormed(Unit):
    """The same for row chaos, beside a daemon without systemd."""
    name = "reuseportd unit"


class Supervisor(Mortal, Supervisord):
    name = "supervisord"
    settings = "4 copies under our preload library; killed and started again; restarted by SIGHUP"
    reexec = None

    def present(self):
        return self.pid

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.watch.ended(self.pid, 10)

    def revive(self):
        os.remove(f"{self.folder}/control.sock")
        os.rename(f"{self.folder}/supervisord.log", f"{self.folder}/supervisord.log.{time.monotonic()}")
        self.pid = self.run()
        self.until(lambda: len(self.pids()) == self.workers, "spawned copies")

    def restarted(self):
        before = self.pids()
        os.kill(self.pid, signal.SIGHUP)
        self.until(lambda: all(pid != before[worker] for worker, pid in self.pids().items()), "new copies")
        self.net.until_served(self.server.port, self.server.family, self.workers)


class Pm2Daemon(Mortal, Pm2):
    name = "PM2"
    settings = "cluster mode; killed, then `pm2 resurrect` of a list saved by `pm2 save`; restarted by `pm2 update`"
    reexec = None

    def launch(self):
        super().launch()
        self._ask("save")

    def present(self):
        with open(f"{self.folder}/home/pm2.pid") as file:
            return int(file.read())

    def kill(self):
        god = self.present()
        os.kill(god, signal.SIGKILL)
        self.until(lambda: proc.comm(god) == "" or proc.command(god) == b"", "end of the daemon")

    def revive(self):
        self._ask("resurrect")
        self.net.until_served(self.server.port, self.server.family, 1)

    def restarted(self):
        self._ask("update")
        self.net.until_served(self.server.port, self.server.family, 1)


class Templates(Systemd):
    name = "systemd"
    settings = "4 copies of a template unit under our preload library; `systemctl daemon-reexec`; nothing can kill PID 1"
    killed = restarted = None

    def reexec(self):
        self.machine.systemctl("daemon-reexec")


OUTLIVING = [Unit, Supervisor, Pm2Daemon, Templates, Docker]
