"""haproxy's reload: its master starts a new worker process, which takes over the sockets."""
import os
import signal

from ..host import proc
from .keeper import DRAIN, Keeper
from .server import NGINX

CONFIGURATION = f"""\
global
    nbthread 4
    hard-stop-after {DRAIN}s
defaults
    mode http
    timeout client 30s
    timeout server 30s
    timeout connect 5s
frontend bench
    bind 127.0.0.1:8080
    http-request return status 200 content-type text/plain string ok
"""


class Haproxy(Keeper):
    name = "haproxy reload"
    packages = ["haproxy:haproxy"]
    settings = f"it answers itself, in nginx's row; master-worker, 4 threads, `hard-stop-after {DRAIN}s`; `kill -USR2`"
    preloads = False

    def takes(self, server):
        return server is NGINX

    def sockets(self):
        return 1

    def launch(self):
        return self.session.launch(self.net.inside(["haproxy", "-W", "-f", self.write("haproxy.cfg", CONFIGURATION)]))

    def pids(self):
        return dict(enumerate(sorted(pid for pid, parent in proc.parents().items() if parent == self.pid)))

    def restart(self):
        before = set(self.pids().values())
        os.kill(self.pid, signal.SIGUSR2)
        self.until(lambda: len(now := set(self.pids().values())) == 1 and not now & before, "new worker of haproxy")
