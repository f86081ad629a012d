"""nginx's reload: one master whose four workers inherit the listening socket."""
import os

from ..host import proc
from .keeper import DRAIN, Keeper
from .server import NGINX


class Nginx(Keeper):
    name = "nginx reload"
    packages = ["nginx:nginx-light"]
    settings = f"one master, `worker_processes 4`, `worker_shutdown_timeout {DRAIN}s`; `kill -HUP`"
    preloads = False

    def version(self):
        return self.session.run(["sh", "-c", "nginx -v 2>&1"]).strip().rpartition("/")[2]

    def takes(self, server):
        return server is NGINX

    def sockets(self):
        return 1

    def launch(self):
        with open(f"{self.folder}/nginx.conf") as file:
            text = file.read()
        text = text.replace("worker_processes 1;", "worker_processes 4;")
        self.write("nginx.conf", f"worker_shutdown_timeout {DRAIN}s;\n" + text)
        return self.session.launch(self.net.inside(self.words("master")))

    def pids(self):
        return dict(enumerate(sorted(pid for pid, parent in proc.parents().items() if parent == self.pid)))

    def restart(self):
        before = set(self.pids().values())
        os.kill(self.pid, 1)
        self.until(lambda: len(now := set(self.pids().values())) == self.workers and not now & before, "new workers of nginx")
