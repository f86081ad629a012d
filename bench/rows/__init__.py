"""What is measured; one file each."""
from . import fleet, logs, own_log, replace, restart, scale

ALL = {"fleet": fleet, "replace": replace, "restart": restart, "logs": logs, "own-log": own_log, "scale": scale}
