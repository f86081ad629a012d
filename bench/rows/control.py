"""
Round trips of a small question through the loop that owns the workers, one after the other: alone, and while clients that mean it no good
are at the control socket. Who asks and who disturbs are processes of their own.
"""
import json
import statistics
import subprocess
import sys

from .. import load
from .figure import Figure
from .workers import settle, sleepers

COUNT = 100
ASKED, QUICK = 1000, 200
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
)]


def applies(peer):
    """Those that can be asked over a socket while they work are asked in ways too different to be compared."""
    return peer.name == "reuseportd"


def measure(peer, _):
    with sleepers(peer, COUNT):
        settle()
        socket = f"{peer.folder}/control.sock"
        times = {}
        for beside in BESIDE:
            times[beside] = sorted(asked(peer, socket) if beside == "quiet" else disturbed(peer, socket, beside))
    return {f"{beside} {name}": [value] for beside, found in times.items() for name, value in (
        ("median", statistics.median(found)), ("p99", found[len(found) * 99 // 100]), ("worst", found[-1]))}


def asked(peer, socket):
    return json.loads(peer.session.run(program(socket, "ask", str(QUICK if peer.quick else ASKED), "bench@0")))


def disturbed(peer, socket, kind):
    other = subprocess.Popen(program(socket, kind), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if other.stdout.readline() != "begun\n":
            raise ValueError(f"{kind}: it ended with {other.wait()}")
        found = asked(peer, socket)
        count = int(other.communicate("enough", timeout=60)[0])
        if count == 0 or other.returncode != 0:
            raise ValueError(f"{kind}: {count} in all, exit {other.returncode}")
        return found
    finally:
        other.kill()
        other.wait()


def program(socket, *words):
    return [sys.executable, f"{load.HERE}/control.py", socket, *words]
