"""1,000 UDP flows over 8 copies, one of which is restarted: how many flows of the other seven move, meanwhile or after."""
import threading

from ..keepers.server import DNS, DNS_C
from ..load.udp_flows import opened, served
from .figure import Figure

WORKERS, FLOWS = 8, 1000
RESTARTED = "3"

FIGURES = [Figure("moved", f"{FLOWS:,} UDP flows over {WORKERS} copies, one restarted: of the others' flows moved", "%",
                  greatest=True)]


def applies(keeper):
    return keeper.ours


def measure(keeper, _):
    try:
        keeper.start(DNS_C, WORKERS, reuseport={"ports": [DNS], "balance": "hash"})
        restart = threading.Thread(target=lambda: keeper.restart(f"web@{RESTARTED}"))
        looks = keeper.within(lambda: look_around(restart))
        others = [flow for flow, worker in enumerate(looks[0]) if worker != RESTARTED]
        moved = [flow for flow in others if any(look[flow] not in (looks[0][flow], None) for look in looks)]
        return {"moved": [100 * len(moved) / len(others)]}
    finally:
        keeper.stop()


def look_around(restart):
    """The copy that serves each flow: before, repeatedly meanwhile, and after."""
    flows = opened("127.0.0.1", DNS, FLOWS)
    try:
        looks = [[served(flow) for flow in flows]]
        restart.start()
        while restart.is_alive():
            looks.append([served(flow) for flow in flows])
        return looks + [[served(flow) for flow in flows]]
    finally:
        for flow in flows:
            flow.close()
