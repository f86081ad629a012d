"""
The capacity of the supervisor's loop, alone and while abusive clients use the control socket: the time until a killed
worker is replaced, which involves no client; round trips of small requests, one after the other; and the daemon's own
figure of the longest wait for that loop. Requests and abuse come from separate processes.
"""
import json
import statistics
import subprocess
import sys
import time

from .. import load
from .figure import Figure
from .replace import kill_one
from .workers import sleepers

COUNT = 100
ASKED, QUICK = 1000, 200
KILLS = 30
FORGOTTEN = 46
BESIDE = {
    "quiet": "alone",
    "malformed": "with malformed requests",
    "bodies": "with bodies of 100 MB",
    "idle": "beside 10,000 idle connections",
}

FIGURES = [figure for beside, words in BESIDE.items() for figure in (
    Figure(f"{beside} median", f"status of one of 100 workers, {words}: median", "ms", to_bare=False),
    Figure(f"{beside} p99", f"{words}: 99 of 100 within", "ms", to_bare=False),
    Figure(f"{beside} worst", f"{words}: worst", "ms", greatest=True, to_bare=False),
    Figure(f"{beside} replaced", f"{words}: worker killed to replaced, median", "ms", to_bare=False),
    Figure(f"{beside} replaced-worst", f"{words}: worker killed to replaced, worst", "ms", greatest=True, to_bare=False),
    Figure(f"{beside} loop", f"{words}: longest wait for the loop", "ms", greatest=True, to_bare=False),
)]


def applies(peer):
    """Only the daemon: the other peers' interfaces are too different to compare."""
    return peer.name == "reuseportd"


def measure(peer, _):
    with sleepers(peer, COUNT) as (name, _, workers):
        # The daemon's figure then no longer includes waits from the start of the workers.
        time.sleep(FORGOTTEN)
        socket = f"{peer.folder}/control.sock"

        def both():
            trips, kills = sorted(asked(peer, socket)), [kill_one(peer, name, workers) * 1e3 for _ in range(KILLS)]
            return {"median": statistics.median(trips), "p99": trips[len(trips) * 99 // 100], "worst": trips[-1],
                    "replaced": statistics.median(kills), "replaced-worst": max(kills), "loop": loop_delay(peer, socket)}

        found = {beside: both() if beside == "quiet" else disturbed(socket, beside, both) for beside in BESIDE}
    return {f"{beside} {word}": [value] for beside, values in found.items() for word, value in values.items()}


def loop_delay(peer, socket):
    """Of the last 15 to 45 seconds, so earlier waits may be included."""
    status = peer.session.run([f"{peer.out}/bin/reuseportctl", "status", "bench@0", "-o", "json", "--socket", socket])
    return json.loads(status)["loop_delay"] * 1e3


def asked(peer, socket):
    return json.loads(peer.session.run(program(socket, "ask", str(QUICK if peer.quick else ASKED), "bench@0")))


def disturbed(socket, kind, measured):
    other = subprocess.Popen(program(socket, kind), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if other.stdout.readline() != "begun\n":
            raise ValueError(f"{kind}: it ended with {other.wait()}")
        found = measured()
        count = int(other.communicate("enough", timeout=60)[0])
        if count == 0 or other.returncode != 0:
            raise ValueError(f"{kind}: {count} in all, exit {other.returncode}")
        return found
    finally:
        other.kill()
        other.wait()


def program(socket, *words):
    return [sys.executable, f"{load.HERE}/control.py", socket, *words]
