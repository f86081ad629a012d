"""
What the loop that owns the workers has left for its work, alone and while clients that mean it no good are at the control socket: the time until a
killed worker is replaced, which no client has a part in, and round trips of a small question, one after the other; and what the daemon says of how
long anything has waited for that loop meanwhile. Who asks and who disturbs are processes of their own.
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
    "malformed": "while malformed requests come",
    "bodies": "while bodies of 100 MB come",
    "idle": "beside 10,000 idle connections",
}

FIGURES = [figure for beside, words in BESIDE.items() for figure in (
    Figure(f"{beside} median", f"status of one of 100 workers, {words}: median", "ms", to_bare=False),
    Figure(f"{beside} p99", f"{words}: 99 of 100 within", "ms", to_bare=False),
    Figure(f"{beside} worst", f"{words}: worst", "ms", greatest=True, to_bare=False),
    Figure(f"{beside} replaced", f"{words}: worker killed to replaced, median", "ms", to_bare=False),
    Figure(f"{beside} replaced-worst", f"{words}: worker killed to replaced, worst", "ms", greatest=True, to_bare=False),
    Figure(f"{beside} loop", f"{words}: the longest that anything has waited for the loop", "ms", greatest=True, to_bare=False),
)]


def applies(peer):
    """Those that can be asked over a socket while they work are asked in ways too different to be compared."""
    return peer.name == "reuseportd"


def measure(peer, _):
    with sleepers(peer, COUNT) as (name, _, workers):
        # The daemon has forgotten by then what waited while the workers started.
        time.sleep(FORGOTTEN)
        socket = f"{peer.folder}/control.sock"

        def both():
            trips, kills = sorted(asked(peer, socket)), [kill_one(peer, name, workers) * 1e3 for _ in range(KILLS)]
            return {"median": statistics.median(trips), "p99": trips[len(trips) * 99 // 100], "worst": trips[-1],
                    "replaced": statistics.median(kills), "replaced-worst": max(kills), "loop": loop_delay(peer, socket)}

        found = {beside: both() if beside == "quiet" else disturbed(socket, beside, both) for beside in BESIDE}
    return {f"{beside} {word}": [value] for beside, values in found.items() for word, value in values.items()}


def loop_delay(peer, socket):
    """Of the last 15 to 45 seconds, so some of what was before this may be in it."""
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
