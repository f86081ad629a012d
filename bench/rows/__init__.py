"""The measured rows; one file each."""
from . import (
    attached, attack, binds, chaos, control, copies, cost, crash, descriptors, dns, endure, fleet, flows, logs, names, outlive,
    own_log, replace, restart, rolling, scale, scrape, spread, stall, starts,
)

# Rows of supervisors, with ../peers.
SUPERVISING = {
    "fleet": fleet, "replace": replace, "restart": restart, "logs": logs, "own-log": own_log, "scale": scale,
    "control": control,
}
# Rows of copies on one port under load, with ../keepers.
KEEPING = {
    "copies": copies, "rolling": rolling, "names": names, "crash": crash, "stall": stall, "spread": spread, "flows": flows,
    "cost": cost, "attached": attached,
}
# Rows of the daemon's methods, with the METHODS of ../peers.
METHODS = {"starts": starts, "binds": binds}
# Rows of the supervisor's own process, with the OUTLIVING of ../keepers.
OUTLIVING = {"outlive": outlive}
# The same at length, with the ENDURING of ../keepers; run only by name, because it takes long.
ENDURING = {"endure": endure}
# Rows of the port for metrics.
SCRAPE = {"scrape": scrape}
# Rows of hostile workers, of a limit that has no room, and of a server that listens before it serves.
TRUST = {"attack": attack, "descriptors": descriptors, "dns": dns}
# Run only by name, because it takes long.
CHAOS = {"chaos": chaos}
ALL = SUPERVISING | METHODS | KEEPING | OUTLIVING | ENDURING | SCRAPE | TRUST | CHAOS
