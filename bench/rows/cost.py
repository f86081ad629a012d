"""
The cost of choosing a copy: requests over new connections, with each way of steering in turn, and the kernel's time for
a choice.
"""
import json
import time

from .. import load
from ..keepers.server import PLAIN
from .figure import Figure

SECONDS, QUICK, TURNS = 4, 2, 3
STATISTICS = "/proc/sys/kernel/bpf_stats_enabled"

FIGURES = [
    Figure("requests", "requests over new connections, 64 clients, 4 copies", "a second", more=True),
    Figure("p99", "99th percentile of their times", "µs"),
    Figure("choice", "a choice in the kernel (run-time statistics of the program)", "ns"),
]


def applies(keeper):
    return keeper.ours


def measure(keeper, _):
    figures = {"requests": [], "p99": [], "choice": []}
    seconds = QUICK if keeper.quick else SECONDS
    for _ in range(TURNS):
        try:
            keeper.start(PLAIN)
            for key, value in run(keeper, seconds).items():
                figures[key].append(value)
        finally:
            keeper.stop()
    return figures


def run(keeper, seconds):
    with load.http(keeper) as client:
        time.sleep(seconds)
    figures = {"requests": client.counts["per_second"], "p99": client.counts["p99"]}
    if keeper.steering == "ebpf":
        # A separate run, because the statistics themselves cost time.
        figures["choice"] = choice(keeper)
    return figures


def choice(keeper):
    """Nanoseconds of one run of the daemon's program."""
    with open(STATISTICS, "r+") as file:
        before = file.read().strip()
        file.seek(0)
        file.write("1")
        file.flush()
        try:
            with load.http(keeper) as client:
                time.sleep(1)
        finally:
            file.seek(0)
            file.write(before)
    programs = [program for program in listed(keeper, "prog") if program.get("run_cnt", 0) >= client.counts["answered"]]
    return min(program["run_time_ns"] / program["run_cnt"] for program in programs)


def listed(keeper, what):
    """Programs (prog) or maps of the kernel with the daemon's names."""
    everything = json.loads(keeper.session.run(["bpftool", "-j", what, "show"]))
    return [entry for entry in everything if entry.get("name", "").startswith(("reuseportd", "rpd_"))]
