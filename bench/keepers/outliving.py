"""
Supervisors whose own process is replaced, killed or restarted under load. A way that a supervisor has not is None. A way
returns when the supervisor controls four workers again.
"""
import json
import os
import signal
import time

from ..host import proc
from ..host.net import Net
from ..peers.systemd import Systemd as Machine
from .pm2 import Pm2
from .reuseportd import Reuseportd
from .supervisord import Supervisord
from .systemd import INSIDE, Systemd, placed


class Unit(Reuseportd):
    """The daemon as a unit of the systemd in the container of ../peers, installed by `make install`."""
    packages = Machine.packages + ["make:make"]
    settings = "the installed unit under systemd: `reuseportctl reexec`, `kill -9`, `systemctl restart`"

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

    def launch(self):
        service = {**self.services()["web"], "command": self.words("{worker}", INSIDE)}
        with open(f"{self.root}/etc/reuseportd/services.d/web.yaml", "w") as file:
            file.write(json.dumps({"services": {"web": service}}))
        self.machine.systemctl("start", "reuseportd")
        return self.main()

    def main(self):
        return int(self.machine.systemctl("show", "--property=MainPID", "--value", "reuseportd"))

    def socket(self):
        return f"{self.root}/run/reuseportd/control.sock"

    def reexec(self):
        self.session.run(self.machine.inside_words("reuseportctl", "reexec"))
        self.until(lambda: len(self.ready()) == self.workers, "daemon")

    def killed(self):
        before = self.main()
        self.session.run(self.machine.inside_words("kill", "-KILL", str(before)))
        self.until(lambda: self.main() not in (0, before) and len(self.ready()) == self.workers, "daemon")

    def restarted(self):
        self.machine.systemctl("restart", "reuseportd")
        self.until(lambda: len(self.ready()) == self.workers, "daemon")

    def stop(self):
        self.machine.systemctl("stop", "reuseportd")
        self.session.end_all()

    def close(self):
        self.machine.close()


class Supervisor(Supervisord):
    name = "supervisord"
    settings = "4 copies under our preload library; killed and started again; restarted by SIGHUP"
    reexec = None

    def killed(self):
        os.kill(self.pid, signal.SIGKILL)
        self.watch.ended(self.pid, 10)
        os.remove(f"{self.folder}/control.sock")
        os.rename(f"{self.folder}/supervisord.log", f"{self.folder}/supervisord.log.{time.monotonic()}")
        self.pid = self.run()
        self.until(lambda: len(self.pids()) == self.workers, "spawned copies")

    def restarted(self):
        before = self.pids()
        os.kill(self.pid, signal.SIGHUP)
        self.until(lambda: all(pid != before[worker] for worker, pid in self.pids().items()), "new copies")
        self.net.until_served(self.server.port, self.server.family, self.workers)


class Pm2Daemon(Pm2):
    name = "PM2"
    settings = "cluster mode; killed, then `pm2 resurrect` of a list saved by `pm2 save`; restarted by `pm2 update`"
    reexec = None

    def launch(self):
        super().launch()
        self._ask("save")

    def killed(self):
        with open(f"{self.folder}/home/pm2.pid") as file:
            god = int(file.read())
        os.kill(god, signal.SIGKILL)
        self.until(lambda: proc.comm(god) == "" or proc.command(god) == b"", "end of the daemon")
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


OUTLIVING = [Unit, Supervisor, Pm2Daemon, Templates]
