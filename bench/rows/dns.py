"""
Ten rolling restarts of three copies of bind9, which listens before its zones are loaded, and answers SERVFAIL until then. 16
clients send each query once, from a new port. With `bind`, the worker is ready when it listens; this column shows what the
others prevent.
"""
import os
import time

from .. import load
from ..keepers.server import DNS, Server
from .figure import Figure
from .rolling import AFTERMATH, QUICK, RESTARTS

WORKERS, CLIENTS, PATIENCE = 3, 16, 2000
# The zone takes named some seconds.
RECORDS, QUICK_RECORDS = 200_000, 20_000
CONFIGURATION = """\
options {
    directory "%(folder)s";
    pid-file none;
    session-keyfile none;
    listen-on port %(port)d { 127.0.0.1; };
    listen-on-v6 { none; };
    recursion no;
    dnssec-validation no;
    empty-zones-enable no;
};
controls { };
zone "bench" { type primary; file "%(folder)s/bench.zone"; };
"""
ZONE = "$TTL 60\n@ SOA ns mail 1 3600 600 86400 60\n@ NS ns\n@ TXT yes\nns A 127.0.0.1\n"
READINESS = {
    "dns": {"type": "dns", "name": "bench", "period": "50ms"},
    "settle": {"type": "bind", "settle": "8s"},
    "bind": {"type": "bind"},
}
WORDS = {"dns": "`type: dns`", "settle": "`type: bind`, `settle: 8s`", "bind": "`type: bind`"}

FIGURES = [figure for key, words in WORDS.items() for figure in (
    Figure(f"dns-{key}-sent", f"bind9, 10 rolling restarts, {words}: queries", "queries", more=True, count=True),
    Figure(f"dns-{key}-lost", f"{words}: lost", "queries", count=True),
    Figure(f"dns-{key}-servfail", f"{words}: SERVFAIL", "queries", count=True),
)]


def measure(keeper, _):
    figures, server = {}, bind9(keeper)
    for key, readiness in READINESS.items():
        counts = restarted(keeper, server, readiness)
        figures |= {f"dns-{key}-sent": [counts["answered"] + counts["failed"]], f"dns-{key}-lost": [counts["failed"]],
                    f"dns-{key}-servfail": [counts["servfail"]]}
        keeper.notes.append(f"{keeper.name}, dns, {WORDS[key]}: slowest answer {counts['worst'] / 1e3:.0f} ms")
    return figures


def bind9(keeper):
    """Writes the files of the server. Its user can read them, and write to the directory, without which named does not start."""
    os.chmod(keeper.session.folder, 0o711)
    folder = f"{keeper.tools}/named"
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    with open(f"{folder}/named.conf", "w") as file:
        file.write(CONFIGURATION % {"folder": folder, "port": DNS})
    with open(f"{folder}/bench.zone", "w") as file:
        file.write(ZONE)
        for number in range(QUICK_RECORDS if keeper.quick else RECORDS):
            file.write(f"h{number} A 10.{number >> 16}.{number >> 8 & 255}.{number & 255}\n")
    return Server("bind9", ["named", "-g", "-f", "-u", "bind", "-c", f"{folder}/named.conf"], (), DNS, "udp", "named:bind9")


def restarted(keeper, server, readiness):
    try:
        keeper.start(server, WORKERS, readiness=readiness, update={"max_surge": WORKERS})
        with load.dns(keeper, CLIENTS, PATIENCE) as client:
            time.sleep(AFTERMATH)
            for _ in range(QUICK if keeper.quick else RESTARTS):
                keeper.restart()
            time.sleep(AFTERMATH)
        return client.counts
    finally:
        keeper.stop()
