"""s6: a supervisor process for each worker below one s6-svscan; s6-log writes the logs."""
import os

from ..measured import debian
from .peer import Peer


class S6(Peer):
    name = "s6"
    packages = ["s6-svscan:s6", "execlineb:execline"]
    settings = "run scripts in execline; it restarts a service at most once a second, and no setting changes that"

    def version(self):
        return debian("s6")

    def arrange(self):
        command = " ".join(self.fleet.command)
        for number in range(self.fleet.count):
            self.write(f"scan/{number}/run", f"#!/usr/bin/execlineb -P\n{command}\n", 0o755)
            if self.fleet.log:
                folder, name = os.path.split(self.fleet.log)
                # No rotation during the run: the largest size that s6-log accepts.
                self.write(f"scan/{number}/log/run", f"#!/usr/bin/execlineb -P\ns6-log s268435455 {folder}\n", 0o755)
        return ["s6-svscan", "-c", str(4 * self.fleet.count + 100), f"{self.folder}/scan"],

    def log_file(self, path):
        """s6-log chooses the name of its file."""
        return os.path.join(os.path.dirname(path), "current")

    def restarting(self):
        return ["sh", "-c", f"for service in {self.folder}/scan/*; do s6-svc -r $service; done"],
