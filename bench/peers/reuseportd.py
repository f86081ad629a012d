"""The daemon."""
import datetime
import json
import time

from .peer import Peer

# Seconds for the start of the program that replaces the daemon.
PATIENCE = 30


class Reuseportd(Peer):
    name = "reuseportd"
    settings = "readiness `delay: 0s`; restart-all is a changed variable and `reuseportctl apply`"
    scales = True
    has_own_log = True

    def version(self):
        return self.session.run([f"{self.out}/bin/reuseportd", "--version"]).split("+")[0].split()[-1]

    def arrange(self):
        self._configure(0)
        return [f"{self.out}/bin/reuseportd", "--config", f"{self.folder}/bench.yaml", "--log", "json",
                "--socket", f"{self.folder}/control.sock"], None, self.own_log()

    def own_log(self):
        return f"{self.folder}/log.json"

    def restarting(self):
        self._configure(1)
        return [f"{self.out}/bin/reuseportctl", "--socket", f"{self.folder}/control.sock", "apply"],

    def reexec(self):
        """Seconds from the hand-over until the new program has started."""
        self.session.run([f"{self.out}/bin/reuseportctl", "--socket", f"{self.folder}/control.sock", "reexec"])
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with open(self.own_log()) as file:
                events = [json.loads(line) for line in file if '"replaced"' in line or '"started"' in line]
            if events[-1]["REUSEPORT_EVENT"] == "started":
                handed, started = (datetime.datetime.fromisoformat(event["timestamp"]) for event in events[-2:])
                return (started - handed).total_seconds()
            time.sleep(0.05)
        raise OSError("the new program has not started")

    def _configure(self, generation):
        # JSON is valid YAML.
        service = {**self.service(), "environment": {"GENERATION": str(generation)}}
        self.write("bench.yaml", json.dumps({"services": {"bench": service}}))

    def service(self):
        log = self.fleet.log if self.fleet.log not in (None, "own") else None
        return {
            "command": self.fleet.command,
            "workers": self.fleet.count,
            "readiness": {"type": "delay", "delay": "0s"},
            "reuseport": {"ports": "any"},
            "logging": {"rate_limit_burst": 0},
            **({"stdout": f"file:{log}"} if log else {}),
        }
