"""systemd: template units under a whole systemd, PID 1 of a container."""
import os
import shutil
import signal
import subprocess
import time

from ..host import proc
from ..measured import Missing
from .peer import Peer

UNIT = """\
[Service]
ExecStart={command}
Restart=always
RestartSec=0
StartLimitIntervalSec=0
{output}
"""


class Systemd(Peer):
    name = "systemd"
    packages = ["systemd-nspawn:systemd-container"]
    settings = ("template units, `Restart=always`, `RestartSec=0`, no start limit, started by one target; from exec of "
                "`systemctl start`; memory and CPU of PID 1 only; its logs to a file are `StandardOutput=append:`, "
                "which do not pass through it")
    has_own_log = True

    def prepare(self):
        """Boots the container; it stays idle while other peers are measured."""
        folder = self.session.fresh()
        name = f"reuseportd-bench-{len(self.session.staying)}-{os.getpid()}"
        script = os.path.join(os.path.dirname(__file__), "machine.sh")
        log = f"{folder}.log"
        self._script = self.session.launch(["unshare", "--mount", "sh", script, folder, name], log=log)
        self.session.staying.add(self._script)
        by = time.monotonic() + 60
        while not (init := self._look()) or not self._booted(init):
            if time.monotonic() > by or proc.comm(self._script) == "":
                with open(log) as file:
                    raise Missing(f"no systemd in a container: {file.read().strip()[-200:]}")
            time.sleep(0.1)
        self.init = init
        self.root = f"/proc/{init}/root"

    def version(self):
        return self.session.run(["systemctl", "--version"]).split("(")[1].split(")")[0]

    def program(self, source):
        outside = self.session.program(source)
        inside = f"/opt/bench/{os.path.basename(outside)}"
        shutil.copy(outside, self.root + inside)
        return inside

    def arrange(self):
        if self.fleet.log not in (None, "own"):
            output = f"StandardOutput=append:{self._inside(self.fleet.log)}"
        else:
            output = ""
        units = f"{self.root}/etc/systemd/system"
        with open(f"{units}/bench@.service", "w") as file:
            file.write(UNIT.format(command=" ".join(self.fleet.command), output=output))
        shutil.rmtree(f"{units}/bench.target.wants", ignore_errors=True)
        os.mkdir(f"{units}/bench.target.wants")
        with open(f"{units}/bench.target", "w") as file:
            file.write("[Unit]\nDescription=all of them\n")
        for number in range(self.fleet.count):
            os.symlink("../bench@.service", f"{units}/bench.target.wants/bench@{number}.service")
        self.systemctl("daemon-reload")
        return self.inside_words("systemctl", "start", "bench.target"),

    def own(self):
        return {self.init}

    def journald(self):
        """The daemon that writes its log."""
        return {pid for pid in proc.tree([self.init]) if proc.comm(pid) == "systemd-journal"}

    def log_file(self, path):
        return self.root + self._inside(path)

    def restarting(self):
        return self.inside_words("systemctl", "restart", "bench@*.service"),

    def stop(self):
        self.systemctl("stop", "bench.target", "bench@*.service")
        self.systemctl("reset-failed")
        super().stop()

    def close(self):
        """The script removes the container's control groups after the shutdown."""
        self.watch.forget()
        if init := self._look():
            os.kill(init, signal.SIGKILL)
        self.watch.ended(self._script, 10)

    @staticmethod
    def _inside(path):
        return f"/opt/bench/{os.path.basename(os.path.dirname(path))}.log"

    def inside_words(self, *words):
        return ["nsenter", "-t", str(self.init), "-a", *words]

    def systemctl(self, *words):
        return self.session.run(self.inside_words("systemctl", *words))

    def outside(self, pids):
        """pid in the container -> pid here."""
        found = {}
        for pid in proc.tree([self.init]):
            inside = proc.innermost(pid)
            if inside in pids:
                found[inside] = pid
        return found

    def _look(self):
        """PID 1 of the container: the child of systemd-nspawn."""
        parents = proc.parents()
        return next((pid for pid in proc.tree([self._script])
                     if proc.comm(pid) == "systemd" and proc.comm(parents.get(pid, 0)) == "systemd-nspawn"), None)

    def _booted(self, init):
        asked = subprocess.run(["nsenter", "-t", str(init), "-a", "systemctl", "is-system-running"],
                               capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return asked.stdout.strip() in ("running", "degraded")
