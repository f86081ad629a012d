"""PM2 in cluster mode: one process of node has the port, and passes connections to its copies."""
import json

from ..peers import pm2
from .keeper import DRAIN, Keeper
from .server import NODE


class Pm2(Keeper):
    name = "PM2 reload"
    packages = pm2.Pm2.packages
    settings = f"cluster mode, 4 instances, `kill_timeout` {DRAIN}000; `pm2 reload`"
    preloads = False

    def prepare(self):
        super().prepare()
        self.installed = pm2.Pm2(self.session, self.watch, self.out)
        self.installed.prepare()

    def version(self):
        return self.installed.version()

    def takes(self, server):
        return server is NODE

    def sockets(self):
        return 1

    def launch(self):
        path = self.write("ecosystem.json", json.dumps({"apps": [{
            "name": "bench", "script": f"{self.folder}/serve.js", "args": [str(self.server.port)], "exec_mode": "cluster",
            "instances": self.workers, "kill_timeout": DRAIN * 1000, "out_file": "/dev/null", "error_file": "/dev/null",
        }]}))
        self._ask("start", path)

    def restart(self):
        self._ask("reload", "bench")

    def stop(self):
        self._ask("kill")
        super().stop()

    def _ask(self, *words):
        variables = [f"PM2_HOME={self.folder}/home", "PM2_DISABLE_VERSION_CHECK=true"]
        self.session.run(self.net.inside(["env", *variables, self.installed.binary, *words]), timeout=120)
