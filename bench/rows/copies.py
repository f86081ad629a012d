"""4 copies of programs that the preload library cannot be in: how many serve the port."""
import time

from ..keepers.server import STATIC
from ..table import CANNOT
from .figure import Figure

WORKERS = 4
# Longer than a start of the slowest copy, with a busy machine.
PATIENCE = 5

FIGURES = [Figure(f"copies {server.name}", f"{server.name}: copies of {WORKERS} that serve the port", "copies", more=True)
           for server in STATIC]


def measure(keeper, _):
    """A peer that keeps only programs of its own kind has no figure."""
    return {f"copies {server.name}": [serving(keeper, server) if keeper.preloads else CANNOT] for server in STATIC}


def serving(keeper, server):
    try:
        keeper.begin(server, WORKERS)
        by = time.monotonic() + PATIENCE
        while (count := len(keeper.net.queues(server.port))) < WORKERS and time.monotonic() < by:
            time.sleep(0.05)
        return count
    finally:
        keeper.stop()
