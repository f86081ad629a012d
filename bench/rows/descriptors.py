"""
10,000 workers under a limit of 20,000 descriptors, which has room for two thirds of them. Meanwhile a client asks for the
status. Then the service is scaled to 100 workers.
"""
import json
import os
import shutil
import time
from collections import Counter

from .. import load
from .figure import Figure

COUNT, LIMIT, FEW = 10_000, 20_000, 100
QUICK = 10
# Seconds between two questions; until the fleet has settled at most; and in which waiting workers may be tried again.
PERIOD, PATIENCE, MORE = 0.5, 180, 15
STATES = ("ready", "waiting", "starting", "backoff", "failed")

FIGURES = [
    *(Figure(f"fd-{state}", f"10,000 workers under 20,000 descriptors: {state}", "workers", count=True) for state in STATES),
    Figure("fd-no-room", "events `no_room`", "events", count=True),
    Figure("fd-spawn-error", "events `spawn_error`", "events", count=True),
    Figure("fd-settled", "from exec of the daemon until the others wait", "s"),
    Figure("fd-status", "`status` of all, meanwhile and for 15 s after: median", "ms"),
    Figure("fd-status-worst", "the same, worst", "ms", greatest=True),
    Figure("fd-ctl", "`reuseportctl status` then", "ms"),
    Figure("fd-scale", "`reuseportctl scale nap 100`", "ms"),
    Figure("fd-scaled", "from its start until 100 workers are left and no other process", "s"),
    Figure("fd-few-ready", "ready after it", "workers", count=True),
    Figure("fd-few-status", "`reuseportctl status` after it", "ms"),
]


def applies(keeper):
    return keeper.name == "reuseportd"


def measure(keeper, _):
    try:
        scale = QUICK if keeper.quick else 1
        figures = Crowd(keeper, COUNT // scale, LIMIT // scale, FEW // scale).measured()
        return {f"fd-{key}": [value] for key, value in figures.items()}
    finally:
        keeper.stop()


class Crowd:
    def __init__(self, keeper, count, limit, few):
        self.keeper, self.count, self.limit, self.few = keeper, count, limit, few

    def measured(self):
        keeper = self.keeper
        began = self.start()
        keeper.until(lambda: "unknown" not in self.states(), "control socket", PATIENCE)
        with load.status(keeper.socket(), PERIOD) as times:
            keeper.until(lambda: self.running() and not self.states().keys() - {"ready", "waiting"}, "rest", PATIENCE)
            settled = time.monotonic() - began
            time.sleep(MORE)
        states = self.states()
        figures = {state: states[state] for state in STATES}
        # The events until now: the end of 6,000 workers adds others.
        figures |= {"no-room": self.events("no_room"), "spawn-error": self.events("spawn_error"), "settled": settled}
        times = sorted(took for took, _ in times)
        figures |= {"status": times[len(times) // 2], "status-worst": times[-1], "ctl": self.ctl("status")}
        return figures | self.scaled()

    def scaled(self):
        keeper, began = self.keeper, time.monotonic()
        took = self.ctl("scale", "nap", str(self.few))
        keeper.until(lambda: sum(self.states().values()) == self.few and len(self.running()) == self.few, "few", PATIENCE)
        gone = time.monotonic() - began
        return {"scale": took, "scaled": gone, "few-ready": self.states()["ready"], "few-status": self.ctl("status")}

    def start(self):
        """Returns the time of the daemon's exec."""
        keeper = self.keeper
        keeper.watch.forget()
        keeper.net, keeper.folder = keeper.network(), keeper.session.fresh()
        self.program = keeper.session.program(shutil.which("sleep"))
        keeper.configure({"nap": {
            "command": [self.program, "100000"], "workers": self.count, "reuseport": {"ports": "any"},
            "readiness": {"type": "delay", "delay": "0s"},
        }})
        words = ["prlimit", f"--nofile={self.limit}:{self.limit}", *keeper.daemon()]
        keeper.pid = keeper.session.launch(keeper.net.inside(words), None, f"{keeper.folder}/log.json")
        return keeper.watch.began(keeper.pid)

    def running(self):
        return self.keeper.watch.running(os.path.basename(self.program))

    def states(self):
        """State -> number of workers in it."""
        try:
            return Counter(worker["state"] for worker in self.keeper.status())
        except OSError:
            return Counter(["unknown"])

    def events(self, kind):
        with open(f"{self.keeper.folder}/log.json") as file:
            return sum(json.loads(line).get("REUSEPORT_EVENT") == kind for line in file if kind in line)

    def ctl(self, *words):
        """Milliseconds of a command."""
        began = time.monotonic()
        self.keeper.session.run([f"{self.keeper.out}/bin/reuseportctl", *words, "--socket", self.keeper.socket()])
        return (time.monotonic() - began) * 1e3
