"""The least work of a supervisor: posix_spawn, wait, posix_spawn again (spawnloop.c)."""
import os

from .peer import Peer


class Bare(Peer):
    name = "bare loop"
    settings = "`posix_spawn`, `wait`, `posix_spawn` in C: no log, no state, no limits"
    packages = ["cc:gcc"]
    scales = True
    keeps_logs = False

    def prepare(self):
        source = os.path.join(os.path.dirname(__file__), "..", "spawnloop.c")
        self.session.run(["cc", "-O2", "-o", f"{self.session.folder}/spawnloop", source])

    def version(self):
        return "-"

    def arrange(self):
        return [f"{self.session.folder}/spawnloop", str(self.fleet.count), *self.fleet.command],

    def restarting(self):
        return ["sh", "-c", f"kill -HUP {self.pid}"],
