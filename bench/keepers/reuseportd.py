"""The daemon, once for each way of steering."""
import http.client
import json
import os
import signal
import socket

from ..host.cgroup import Delegated
from .keeper import DRAIN, Keeper
from .server import Server


class Control(http.client.HTTPConnection):
    """An HTTP connection to the control socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=300)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Reuseportd(Keeper):
    name = "reuseportd"
    # bpftool counts objects that are left in the kernel: rows chaos and cost.
    packages = ["cc:gcc", "bpftool:bpftool"]
    settings = "`steering: ebpf`; no control groups, so method `seccomp` for the static servers; `POST /v1/restart`"
    steering = "ebpf"
    # The method that `auto` chooses for a static server.
    for_static = "seccomp"
    ours = True
    # Settings of the service that a row changes.
    tuning = {}
    # True if the workers outlive the daemon.
    outlived = False

    def version(self):
        return self.session.run([f"{self.out}/bin/reuseportd", "--version"]).split("+")[0].split()[-1]

    def takes(self, server):
        return True

    def start(self, server, workers=4, **tuning):
        self.tuning = tuning
        super().start(server, workers)
        self.until(lambda: len(self.ready()) == workers, f"{workers} ready")
        methods = {worker["method"] for worker in self.status()}
        if server.static and methods != {self.for_static}:
            raise ValueError(f"{server.name}: method {methods}")

    def start_all(self, services, servers):
        """Runs several services. services: returns their configuration, which may need the directory."""
        self.net = self.network()
        self.folder = self.place(Server("all", [], tuple(name for server in servers for name in server.files)))
        self.configure(services())
        self.pid = self.run()
        count = sum(service["workers"] for service in services().values())
        self.until(lambda: len(self.ready()) == count, f"{count} ready")

    def words_of(self, server):
        self.server = server
        return self.words("{worker}", self.home())

    def home(self):
        """The directory, as the workers see it."""
        return self.folder

    def outside(self, pid):
        """The pid here of a pid in the status; None if the process has ended."""
        return pid

    def present(self):
        """The pid of the daemon; None while no daemon runs."""
        return self.pid

    def end(self):
        """Stops the daemon in order, with its workers."""
        os.kill(self.pid, signal.SIGTERM)
        self.watch.ended(self.pid, 60)

    def services(self):
        return {"web": {
            "command": self.words("{worker}", self.home()),
            "workers": self.workers,
            "reuseport": {"ports": [self.server.port], "backlog": 4096},
            "stderr": "null",
            **self.tuning,
        }}

    def configure(self, services):
        # JSON is valid YAML.
        self.write("bench.yaml", json.dumps({"steering": self.steering, "services": services}))

    def launch(self):
        self.configure(self.services())
        return self.run()

    def run(self):
        return self.session.launch(self.net.inside(self.daemon()), None, f"{self.folder}/log.json")

    def daemon(self):
        return [f"{self.out}/bin/reuseportd", "--config", f"{self.folder}/bench.yaml", "--log", "json",
                "--socket", self.socket()]

    def socket(self):
        return f"{self.folder}/control.sock"

    def ask(self, method, path, body=None):
        """(HTTP status, document)"""
        control = Control(self.socket())
        try:
            control.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
            answer = control.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            control.close()

    def status(self):
        return self.ask("GET", "/v1/status")[1]["workers"]

    def ready(self):
        try:
            return [worker for worker in self.status() if worker["state"] == "ready"]
        except OSError:
            # The daemon does not listen yet.
            return []

    def pids(self):
        return {worker["index"]: worker.get("pid") for worker in self.status()}

    def restart(self, name="web"):
        code, answer = self.ask("POST", "/v1/restart", {"names": [name], "wait": True, "timeout": 240})
        if code != 200 or answer["timed_out"] or not all(worker["ok"] for worker in answer["workers"]):
            raise ValueError(f"restart: {answer}")


class Classic(Reuseportd):
    name = "reuseportd cbpf"
    settings = "`steering: cbpf`, which needs no privilege"
    steering = "cbpf"


class Unsteered(Reuseportd):
    name = "reuseportd none"
    settings = "`steering: none`: the kernel's hash, with `net.ipv4.tcp_migrate_req`, which the daemon turns on"
    steering = "none"


class Grouped(Reuseportd):
    name = "reuseportd kernel"
    settings = ("`steering: ebpf` in a delegated control group: `method: auto` has BPF programs at each worker, and method "
                "`kernel` for the static servers")
    for_static = "kernel"
    group = None

    def daemon(self):
        self.group = Delegated()
        return self.group.inside(super().daemon())

    def stop(self):
        super().stop()
        if self.group:
            self.group.close()
            self.group = None


# The settings of rolling.py for kept connections.
KEPT = {"update": {"max_surge": 4, "drain_timeout": f"{DRAIN}s"}}
