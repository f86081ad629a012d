"""
A hostile worker holds up other processes of its user between their change of user and their exec. Meanwhile a client asks for
the status, and another service's worker is killed each second. At the end the daemon gets SIGTERM, under the same attack. The
attacks: SIGSTOP to all other processes of the user (starts of workers, or exec probes), and ptrace of the next pids.
"""
import json
import os
import signal
import statistics
import time
from collections import Counter

from .. import load
from .figure import Figure
from .replace import kill_one

# A user of Debian without processes: the attacker stops all processes that it may signal.
USER = "uucp"
SECONDS, QUICK = 20, 12
# Seconds between two questions; between two kills of a victim that has got through; and of a worker of another service.
PERIOD, AGAIN, KILL = 0.02, 0.1, 1
VICTIMS, OTHERS = 8, 4
TIMED_OUT = "110"
PATIENCE = 30

# Attack -> the argument of the attacker, words, and what it holds up.
ATTACKS = {
    "none": (None, "no attack", "starts held up"),
    "stop": ("stop", "starts stopped by SIGSTOP", "starts held up, killed and named (`spawn_error`)"),
    "trace": ("trace", "starts traced (ptrace)", "starts held up, killed and named (`spawn_error`)"),
    "probe": ("stop", "exec probes stopped by SIGSTOP", "probes held up, killed and named (`probe_failed`)"),
}

FIGURES = [figure for attack, (_, words, held) in ATTACKS.items() for figure in (
    Figure(f"{attack} asked", f"{words}: answers of `status`, one each 20 ms", "answers", more=True, count=True),
    Figure(f"{attack} median", f"{words}: `status`, median", "ms"),
    Figure(f"{attack} p99", f"{words}: 99 of 100 within", "ms"),
    Figure(f"{attack} worst", f"{words}: worst", "ms", greatest=True),
    Figure(f"{attack} replaced", f"{words}: worker of another service killed to replaced, worst", "ms", greatest=True),
    Figure(f"{attack} starts", f"{words}: starts of that user that passed their exec", "starts", more=True, count=True),
    Figure(f"{attack} held", f"{words}: {held}", "", count=True),
    Figure(f"{attack} end", f"{words}: SIGTERM until the daemon has ended, with a grace period of 1 s", "ms", greatest=True),
)]


def applies(keeper):
    return keeper.name == "reuseportd"


def measure(keeper, _):
    figures = {}
    for attack in ATTACKS:
        figures |= {f"{attack} {key}": [value] for key, value in Attack(keeper, attack).measured().items()}
    return figures


class Attack:
    def __init__(self, keeper, attack):
        self.keeper, self.attack = keeper, attack
        self.seconds = QUICK if keeper.quick else SECONDS

    def measured(self):
        keeper = self.keeper
        try:
            self.start()
            with load.status(keeper.socket(), PERIOD) as times:
                replaced = self.storm()
            self.note(f"the client itself was at most {max(late for _, late in times):.0f} ms late")
            times = sorted(took for took, _ in times)
            took = self.end()
            return {
                "asked": len(times), "median": statistics.median(times), "p99": times[len(times) * 99 // 100], "worst": times[-1],
                "replaced": max(replaced) * 1e3, "end": took * 1e3, **self.counted(),
            }
        finally:
            keeper.stop()

    def start(self):
        keeper = self.keeper
        keeper.watch.forget()
        keeper.net, keeper.folder = keeper.network(), keeper.session.fresh()
        # The attacked user needs the programs.
        for folder in (keeper.session.folder, keeper.folder):
            os.chmod(folder, 0o711)
        self.other, self.victim, attacker = map(
            keeper.session.program, ("/bin/sleep", "/bin/sleep", f"{keeper.out}/testworkers/stops-others"))
        keeper.configure(self.services(attacker))
        words = keeper.daemon() + (["--log-level", "debug"] if self.attack == "probe" else [])
        keeper.pid = keeper.session.launch(keeper.net.inside(words), None, f"{keeper.folder}/log.json")
        keeper.watch.began(keeper.pid)
        others = {f"other@{index}" for index in range(OTHERS)}
        keeper.until(lambda: others | {"attacker@0"} <= {worker["name"] for worker in keeper.ready()}, "attacker", PATIENCE)
        self.others = keeper.watch.until(os.path.basename(self.other), OTHERS, PATIENCE)

    def services(self, attacker):
        common = {
            "reuseport": {"ports": "any"}, "readiness": {"type": "delay", "delay": "0s"}, "stop_grace_period": "1s",
            "restart": {"delay": "10ms", "multiplier": 1, "jitter": 0}, "stderr": "null",
        }
        # The search in many directories takes time between the change of user and the exec.
        path = "/nonexistent:" * 300 + f"{self.keeper.session.folder}:/usr/bin:/bin"
        attacked = {**common, "user": USER, "group": USER, "environment": {"PATH": path}}
        how, *_ = ATTACKS[self.attack]
        probe = {"type": "exec", "command": ["true"], "period": "100ms", "timeout": "500ms", "failure_threshold": 1000}
        return {
            "other": {**common, "command": [self.other, "1000"], "workers": OTHERS},
            "attacker": {**attacked, "command": [attacker, how] if how else ["sleep", "1000"], "stdout": "null"},
            "victim": {
                **attacked, "command": [os.path.basename(self.victim), "1000"], "workers": VICTIMS,
                **({"liveness": probe} if self.attack == "probe" else {}),
            },
        }

    def storm(self):
        """Seconds of each replacement of a worker of the service that is not attacked."""
        keeper, times = self.keeper, []
        other, victim = map(os.path.basename, (self.other, self.victim))
        until = time.monotonic() + self.seconds
        due = time.monotonic() + KILL
        while (now := time.monotonic()) < until:
            if now >= due:
                times.append(kill_one(keeper, other, self.others))
                due += KILL
            # A victim that has passed its exec starts again, so that the attacker has more starts to hold up.
            if self.attack != "probe":
                for pid in keeper.watch.running(victim):
                    killed(pid)
            time.sleep(AGAIN)
        return times

    def end(self):
        """Seconds from SIGTERM to the end."""
        began = time.monotonic()
        os.kill(self.keeper.pid, signal.SIGTERM)
        return self.keeper.watch.ended(self.keeper.pid, 60) - began

    def counted(self):
        with open(f"{self.keeper.folder}/log.json") as file:
            events = [json.loads(line) for line in file if "REUSEPORT_EVENT" in line]
        events = [event for event in events if event.get("REUSEPORT_SERVICE") in ("victim", "attacker")]
        errors = [event for event in events if event["REUSEPORT_EVENT"] == "spawn_error"]
        failed = [event["REUSEPORT_REASON"] for event in events if event["REUSEPORT_EVENT"] == "probe_failed"]
        self.note_counts("spawn_error", Counter(f"{event.get('REUSEPORT_STEP')} errno {event.get('ERRNO')}" for event in errors))
        self.note_counts("probe_failed", Counter(failed))
        held = len(failed) if self.attack == "probe" else sum(str(event.get("ERRNO")) == TIMED_OUT for event in errors)
        return {"starts": sum(event["REUSEPORT_EVENT"] == "spawn" for event in events), "held": held}

    def note(self, words):
        self.keeper.notes.append(f"{self.keeper.name}, attack {self.attack}: {words}")

    def note_counts(self, what, counts):
        if counts:
            self.note(f"{what}: " + ", ".join(f"{count} times {words}" for words, count in counts.most_common(4)))


def killed(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
