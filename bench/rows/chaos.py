"""
Three services under load. Meanwhile workers are killed and stopped, and services scaled and restarted. Files are applied:
valid ones, invalid ones, and ones whose command ends at once. A daemon under systemd is killed, restarted and replaced. The
kill of a worker may cost the request that the worker had accepted; nothing else may be lost or left behind.
"""
import json
import os
import time
from contextlib import ExitStack

from .. import load
from ..host import proc
from . import cost
from .faults import SERVICES, Faults
from .figure import Figure

HTTP = ("web", "py")
CLIENTS = 8
# Longer than any worker is stopped.
PATIENCE = 5000
SETTLE = 60
# Seconds in which the requests fail that the kill of a worker fails.
AFTER = 1
# Names of the daemon and its guard.
OWN = ("reuseportd", "reuseport-guard")

FIGURES = [
    Figure("chaos-kills", "chaos: workers killed", "processes", count=True),
    Figure("chaos-daemons", "chaos: daemons killed, restarted and replaced", "processes", count=True),
    Figure("chaos-answered", "chaos: requests and queries answered", "requests", count=True),
    Figure("chaos-failed", "chaos: requests failed beyond one for each kill", "requests", count=True),
    Figure("chaos-unexplained", f"chaos: requests failed later than {AFTER} s after a kill of a worker", "requests", count=True),
    Figure("chaos-lost", f"chaos: queries lost beyond {CLIENTS} for each kill", "queries", count=True),
    Figure("chaos-wrong", "chaos: workers or processes too many or too few at the end", "", count=True),
    Figure("chaos-descriptors", "chaos: descriptors of the daemon more than at the beginning", "", count=True),
    Figure("chaos-bpf", "chaos: programs and maps of the kernel left, while it runs and after", "", count=True),
    Figure("chaos-orphans", "chaos: processes left after it", "processes", count=True),
]


def measure(keeper, _):
    before = bpf(keeper)
    chaos = Chaos(keeper)
    try:
        keeper.start_all(chaos.faults.services, [server for server, _, _ in SERVICES.values()])
        figures = chaos.run()
        figures["chaos-orphans"] = chaos.left_after_stop()
        figures["chaos-bpf"] += len(gone(lambda: bpf(keeper) - before))
        return {key: [value] for key, value in figures.items()}
    finally:
        keeper.stop()


def bpf(keeper):
    """The kernel's objects with the daemon's names that no process outside this run holds; other daemons have their own."""
    strangers = held_by(set(proc.parents()) - proc.tree([os.getpid()]))
    programs, maps = cost.listed(keeper, "prog"), cost.listed(keeper, "map")
    theirs = {number for entry in programs if entry["id"] in strangers["prog_id"] for number in entry.get("map_ids", [])}
    theirs |= strangers["map_id"]
    return ({("prog", entry["id"]) for entry in programs if entry["id"] not in strangers["prog_id"]}
            | {("map", entry["id"]) for entry in maps if entry["id"] not in theirs})


def held_by(pids):
    """Numbers of the programs and maps that these processes have descriptors of."""
    found = {"prog_id": set(), "map_id": set()}
    for pid in pids:
        for key, number in proc.objects(pid):
            found[key].add(number)
    return found


def gone(left, timeout=10):
    """What is left after a while."""
    by = time.monotonic() + timeout
    while (now := left()) and time.monotonic() < by:
        time.sleep(0.1)
    return now


def unexplained_by(kills, failures):
    """Number of failures, (when, port), without a kill shortly before."""
    return sum(not any(0 <= at - kill <= AFTER for kill in kills) for at, _ in failures)


class Chaos:
    def __init__(self, keeper):
        self.keeper, self.faults = keeper, Faults(keeper)

    def run(self):
        # All descriptors that the daemon keeps are open before they are counted.
        self.faults.bad_file()
        self.calm()
        descriptors, objects = self.descriptors(), len(bpf(self.keeper))
        with ExitStack() as stack:
            clients = {name: stack.enter_context(self.client(name)) for name in SERVICES}
            self.faults.storm()
            self.calm()
        counts = {name: client.counts for name, client in clients.items()}
        self.tell(counts)
        kills = {name: len(times) for name, times in self.faults.kills.items()}
        failures = [max(0, counts[name]["failed"] - kills[name]) for name in HTTP]
        unexplained = [unexplained_by(self.faults.kills[name], clients[name].failures) for name in HTTP]
        return {
            "chaos-kills": sum(kills.values()),
            "chaos-daemons": sum(self.faults.ends.values()),
            "chaos-answered": sum(count["answered"] for count in counts.values()),
            "chaos-failed": sum(failures),
            "chaos-unexplained": sum(unexplained),
            "chaos-lost": max(0, counts["dns"]["failed"] - CLIENTS * kills["dns"]),
            "chaos-wrong": self.told_wrong(),
            "chaos-descriptors": max(0, self.descriptors(by=descriptors) - descriptors),
            "chaos-bpf": max(0, len(bpf(self.keeper)) - objects),
        }

    def tell(self, counts):
        notes = [f"{name}: {len(self.faults.kills[name])} kills, {json.dumps(count)}" for name, count in counts.items()]
        if self.keeper.outlived:
            notes.append(self.faults.told())
        self.keeper.notes += [f"{self.keeper.name}, chaos, {note}" for note in notes]

    def client(self, name):
        _, port, _ = SERVICES[name]
        tools = self.keeper.tools
        words = ([f"{tools}/udp_load", "127.0.0.1", str(port), str(CLIENTS), "100000", str(PATIENCE)] if name == "dns"
                 else [f"{tools}/http_load", "127.0.0.1", str(port), str(CLIENTS), "100000"])
        return load.running(self.keeper.net, words)

    def calm(self):
        """Restores the state of the file."""
        self.faults.calm()
        # Waits: before an update begins, the state looks correct.
        self.keeper.ask("POST", "/v1/apply", {"wait": True, "timeout": SETTLE})
        self.settle()

    def settle(self):
        """Waits until the number of workers is right and all are ready; at most SETTLE seconds."""
        by = time.monotonic() + SETTLE
        while self.wrong() and time.monotonic() < by:
            time.sleep(0.1)

    def wrong(self):
        """Number of missing and surplus workers and processes."""
        ready = [worker["service"] for worker in self.keeper.ready()]
        processes = self.processes()
        difference = sum(abs(ready.count(name) - count) for name, count in self.faults.counts.items())
        return difference + abs(len(processes) - sum(self.faults.counts.values()))

    def told_wrong(self):
        """The same, with a note of the workers' states."""
        if wrong := self.wrong():
            states = ", ".join(f"{worker['name']} {worker['state']}" for worker in self.keeper.status())
            found = f"{len(self.processes())} processes for {self.faults.counts}"
            self.keeper.notes.append(f"{self.keeper.name}, chaos: {found}: {states}")
        return wrong

    def processes(self):
        """Processes of this run whose command is one of the services'."""
        commands = [f"{self.keeper.home()}/{name}".encode() for server, _, _ in SERVICES.values() for name in server.files]
        return [pid for pid in proc.tree([os.getpid()]) if any(command in proc.command(pid) for command in commands)]

    def descriptors(self, by=None, timeout=10):
        """Number of the daemon's descriptors; by: waits until there are no more, as clients' connections end later."""
        until = time.monotonic() + timeout
        while True:
            count = len(os.listdir(f"/proc/{self.keeper.present()}/fd"))
            if by is None or count <= by or time.monotonic() > until:
                return count
            time.sleep(0.1)

    def left_after_stop(self):
        self.keeper.end()
        # A process that only waits for its parent has no words.
        left = gone(lambda: self.processes() + [
            pid for pid in proc.tree([os.getpid()]) if proc.comm(pid) in OWN and proc.command(pid)])
        self.keeper.notes += [f"{self.keeper.name}, chaos: left: {proc.described(pid)}" for pid in left]
        return len(left)
