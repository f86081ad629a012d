"""runit: a runsv for each worker below one runsvdir; svlogd writes the logs."""
import os

from ..measured import debian
from .peer import Peer


class Runit(Peer):
    name = "runit"
    packages = ["runsvdir:runit"]
    settings = "run scripts that exec at once; restart-all is one `sv term` with all services"

    def version(self):
        return debian("runit")

    def arrange(self):
        command = " ".join(self.fleet.command)
        for number in range(self.fleet.count):
            self.write(f"services/{number}/run", f"#!/bin/sh\nexec {command}\n", 0o755)
            if self.fleet.log:
                folder = os.path.dirname(self.fleet.log)
                # s0: no rotation.
                self.write(f"services/{number}/log/run", f"#!/bin/sh\nexec svlogd -b 65536 {folder}\n", 0o755)
                with open(os.path.join(folder, "config"), "w") as file:
                    file.write("s0\n")
        return ["runsvdir", f"{self.folder}/services"],

    def log_file(self, path):
        """svlogd chooses the name of its file."""
        return os.path.join(os.path.dirname(path), "current")

    def restarting(self):
        return ["sv", "term", *(f"{self.folder}/services/{number}" for number in range(self.fleet.count))],
