"""The time of bind(2) in a worker, with each method: 200 times, and a pause (../preload/binds.c)."""
import os
import time

from ..host.watch import Timeout
from ..peers.peer import Fleet
from .figure import Figure

# The daemon reads the outcomes of 200 binds a second from each worker; others are only counted.
SERIES, BINDS, PAUSE = 4, 200, 1
KINDS = ["inet", "udp"]
PATIENCE = 60
SOURCE = os.path.join(os.path.dirname(__file__), "..", "preload", "binds.c")
LOOP = (f'for i in $(seq {SERIES}); do for kind in {" ".join(KINDS)}; do "$0" $kind {BINDS} median >> "$1"; sleep {PAUSE}; done; '
        'done; exec sleep 1000')

FIGURES = [Figure("bind inet", f"bind(2), TCP: median of {BINDS}", "ns"), Figure("bind udp", "bind(2), UDP", "ns")]


def measure(peer, _):
    folder = peer.session.fresh()
    peer.session.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", f"{folder}/binds", SOURCE])
    peer.watch.forget()
    try:
        peer.start(Fleet(1, ["sh", "-c", LOOP, f"{folder}/binds", f"{folder}/times"]))
        found = times(f"{folder}/times")
        return {f"bind {kind}": found[at::len(KINDS)] for at, kind in enumerate(KINDS)}
    finally:
        peer.stop()


def times(path):
    by = time.monotonic() + PATIENCE
    while True:
        if os.path.exists(path):
            with open(path) as file:
                found = [float(line) for line in file if line.endswith("\n")]
            if len(found) >= SERIES * len(KINDS):
                return found
        if time.monotonic() > by:
            raise Timeout(f"no {SERIES} series within {PATIENCE} s")
        time.sleep(0.1)
