"""supervisord with four copies under the preload library."""
import os

from ..peers.supervisord import Supervisord as Installed, configuration
from .keeper import InTurn


class Supervisord(InTurn):
    name = "supervisord restart"
    packages = Installed.packages
    settings = ("4 copies under our preload library; `supervisorctl restart`, each when the one before listens again; "
                "`startsecs=0`")

    def launch(self):
        environment = ",".join(f'{key}="{value}"' for key, value in self.environment().items())
        command = " ".join(f'"{word}"' if " " in word else word for word in self.words("%(process_num)d"))
        self.write("supervisord.conf", configuration(self.folder, {
            "command": command,
            "environment": environment,
            "directory": self.folder,
            "numprocs": self.workers,
            "process_name": "%(process_num)d",
            "stdout_logfile": "NONE",
            "stderr_logfile": "NONE",
        }))
        return self.run()

    def run(self):
        return self.session.launch(self.net.inside(["supervisord", "-c", f"{self.folder}/supervisord.conf"]))

    def pids(self):
        """Reads the pids from its log: a command would start a Python each time."""
        found = {}
        path = f"{self.folder}/supervisord.log"
        if os.path.exists(path):
            with open(path) as file:
                for line in file:
                    words = line.split()
                    if "spawned:" in words:
                        found[int(words[-4].strip("'"))] = int(words[-1])
        return found

    def restart_one(self, worker):
        self.session.run(["supervisorctl", "-c", f"{self.folder}/supervisord.conf", "restart", f"bench:{worker}"])
