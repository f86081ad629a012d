"""PM2 from npm, in a directory that is not committed."""
import json
import os
import subprocess
import time

from ..host import proc
from ..measured import Missing
from .peer import Peer

FOLDER = os.path.join(os.path.dirname(__file__), "..", ".npm")


class Pm2(Peer):
    name = "PM2"
    packages = ["node:nodejs", "npm:npm"]
    settings = ("fork mode, `interpreter: none`; from exec of `pm2 start`, which starts the daemon; "
                "restart-all with `--parallel 100`")

    def prepare(self):
        self.binary = os.path.join(FOLDER, "node_modules", ".bin", "pm2")
        if os.path.exists(self.binary):
            return
        os.makedirs(FOLDER, exist_ok=True)
        try:
            self.session.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER, "pm2"], timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            raise Missing(f"npm has no pm2: {error}") from error

    def version(self):
        with open(os.path.join(FOLDER, "node_modules", "pm2", "package.json")) as file:
            return json.load(file)["version"]

    def arrange(self):
        log = {"out_file": self.fleet.log, "merge_logs": True} if self.fleet.log else {}
        self.write("ecosystem.json", json.dumps({"apps": [{
            "name": "bench", "script": self.fleet.command[0], "args": self.fleet.command[1:], "interpreter": "none",
            "exec_mode": "fork", "instances": self.fleet.count, **log,
        }]}))
        return self._ask("start", f"{self.folder}/ecosystem.json")

    def own(self):
        """The daemon, without the client that started it."""
        path = f"{self.folder}/home/pm2.pid"
        while not os.path.exists(path):
            time.sleep(0.01)
        with open(path) as file:
            return {pid for pid in proc.tree([int(file.read())]) if proc.comm(pid) != self.fleet.name}

    def restarting(self):
        return self._ask("restart", "all", "--parallel", "100")

    def _ask(self, *words):
        return [self.binary, *words], {"PM2_HOME": f"{self.folder}/home", "PM2_DISABLE_VERSION_CHECK": "true"}
