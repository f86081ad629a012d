"""systemd with four copies of a template unit under the preload library, in the container of ../peers."""
import os
import shutil

from ..host.net import Net
from ..peers.systemd import Systemd as Machine
from .keeper import InTurn

UNIT = """\
[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart={command}
{environment}
WorkingDirectory={folder}
Restart=always
RestartSec=0
StandardOutput=null
StandardError=null
"""
INSIDE = "/opt/bench/keep"


def placed(root, server, tools):
    """A new directory in the container with the server's files."""
    folder = root + INSIDE
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name in server.files:
        shutil.copy(f"{tools}/{name}", f"{folder}/{name}")
    return folder


class Systemd(InTurn):
    name = "systemd restart"
    packages = Machine.packages
    settings = ("4 copies of a template unit under our preload library; `systemctl restart`, each when the one before listens "
                "again")

    def prepare(self):
        super().prepare()
        self.machine = Machine(self.session, self.watch, self.out)
        self.machine.prepare()
        self._root = self.machine.root

    def version(self):
        return self.machine.version()

    def network(self):
        return Net(self.machine.init)

    def place(self, server):
        folder = placed(self._root, server, self.tools)
        shutil.copy(f"{self.out}/lib/libreuseport.so", folder)
        return folder

    def launch(self):
        words = self.words("%i", INSIDE)
        path = shutil.which(words[0]) or words[0]
        command = " ".join(f'"{word}"' if " " in word else word for word in [path, *words[1:]])
        variables = self.environment(f"{INSIDE}/libreuseport.so")
        environment = "\n".join(f"Environment={key}={value}" for key, value in variables.items())
        with open(f"{self._root}/etc/systemd/system/keep@.service", "w") as file:
            file.write(UNIT.format(command=command, environment=environment, folder=INSIDE))
        self._systemctl("daemon-reload")
        self._systemctl("start", *self._units())
        return self.machine.init

    def pids(self):
        """The pids outside of the container."""
        text = self._systemctl("show", "--property=MainPID", "--value", *self._units())
        inside = [int(word) for word in text.split()]
        outside = self.machine.outside(inside)
        return {worker: outside.get(pid, 0) for worker, pid in enumerate(inside)}

    def restart_one(self, worker):
        self._systemctl("restart", f"keep@{worker}.service")

    def stop(self):
        self._systemctl("stop", *self._units())
        self.session.end_all()

    def close(self):
        self.machine.close()

    def _units(self):
        return [f"keep@{worker}.service" for worker in range(self.workers)]

    def _systemctl(self, *words):
        return self.machine.systemctl(*words)
