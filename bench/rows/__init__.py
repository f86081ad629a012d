"""What is measured; one file each."""
from . import chaos, control, cost, crash, fleet, flows, logs, names, own_log, replace, restart, rolling, scale, spread, stall

# Of supervisors, with the peers of ../peers.
SUPERVISING = {"fleet": fleet, "replace": replace, "restart": restart, "logs": logs, "own-log": own_log, "scale": scale, "control": control}
# Of copies on one port under load, with those of ../keepers.
KEEPING = {"rolling": rolling, "names": names, "crash": crash, "stall": stall, "spread": spread, "flows": flows, "cost": cost}
# Asked for by name only, as it takes long.
CHAOS = {"chaos": chaos}
ALL = SUPERVISING | KEEPING | CHAOS
