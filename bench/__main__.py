"""Measures the supervisor beside its peers; prints a table and writes it to bench/results/."""
import argparse
import json
import os
import signal
import subprocess
import sys
import time

from . import keepers, peers, rows, table
from .host import machine
from .host.session import Session
from .host.watch import Timeout, Watch
from .measured import Missing

HERE = os.path.dirname(os.path.abspath(__file__))


def options():
    parser = argparse.ArgumentParser(prog="python3 -m bench", description=__doc__)
    parser.add_argument("--out", default="out", help="directory of the built binaries (out)")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "5")), help="5, or BENCH_ROUNDS")
    parser.add_argument("--quick", action="store_true", help="one round, and fewer restarts and kills in each")
    parser.add_argument("--row", action="append", choices=rows.ALL, help="run only this row; may be repeated")
    parser.add_argument("--supervising", action="store_true",
                        help=f"the rows {', '.join(rows.SUPERVISING)}; by default all but --enduring and --chaos")
    parser.add_argument("--methods", action="store_true", help=f"the rows {', '.join(rows.METHODS)}")
    parser.add_argument("--keeping", action="store_true",
                        help=f"the rows {', '.join(rows.KEEPING)}, which are measured only in the first round")
    parser.add_argument("--outliving", action="store_true", help=f"the rows {', '.join(rows.OUTLIVING)}")
    parser.add_argument("--enduring", action="store_true", help=f"the rows {', '.join(rows.ENDURING)}; not run by default")
    parser.add_argument("--scrape", action="store_true", help=f"the rows {', '.join(rows.SCRAPE)}")
    parser.add_argument("--trust", action="store_true", help=f"the rows {', '.join(rows.TRUST)}")
    parser.add_argument("--chaos", action="store_true", help="the row chaos, which takes long and is not run by default")
    kinds = (peers.ALL + peers.METHODS + peers.SCRAPED + keepers.ALL + keepers.OUTLIVING + keepers.ENDURING + keepers.TRUST
             + keepers.CHAOS)
    names = dict.fromkeys(peer.name for peer in kinds)
    parser.add_argument("--peer", action="append", choices=names, help="measure only this peer; may be repeated")
    parser.add_argument("--chaos-seconds", type=int, default=600, help="how long the row chaos lasts, for each peer (600)")
    parser.add_argument("--results", default=f"{HERE}/results", help="directory for the results of a whole run")
    chosen = parser.parse_args()
    chosen.out = os.path.abspath(chosen.out)
    groups = ("supervising", "methods", "keeping", "outliving", "enduring", "scrape", "trust", "chaos")
    chosen.groups = [name for name in groups if getattr(chosen, name)]
    if chosen.quick or chosen.groups and not (chosen.supervising or chosen.methods):
        chosen.rounds = 1
    groups = chosen.groups or ["supervising", "methods", "keeping", "outliving", "scrape", "trust"]
    chosen.rows = chosen.row or [row for name in groups for row in getattr(rows, name.upper())]
    return chosen


def prepared(kinds, chosen, session, watch, notes):
    """The peers that can run here."""
    ready = []
    for kind in kinds:
        if chosen.peer and kind.name not in chosen.peer:
            continue
        peer = kind(session, watch, chosen.out)
        try:
            if kind.packages:
                subprocess.run([f"{HERE}/../build-aux/need", *kind.packages], check=True, stdin=subprocess.DEVNULL)
            peer.quick, peer.seconds, peer.notes = chosen.quick, chosen.chaos_seconds, notes
            peer.prepare()
            ready.append(peer)
        except (Missing, subprocess.CalledProcessError) as error:
            notes.append(f"{kind.name}: not measured: {error}")
            print(notes[-1], file=sys.stderr)
    return ready


def rounds(names, chosen, ready, notes):
    """(row, peer, its figures). The peers take turns, and each round begins with another one."""
    for number in range(chosen.rounds):
        for name in names:
            row = rows.ALL[name]
            # Losses are counted, not timed, and take long: more rounds would not change the worst figure.
            if number and name not in rows.SUPERVISING | rows.METHODS:
                continue
            taking_part = [peer for peer in ready if getattr(row, "applies", lambda _: True)(peer)]
            for offset in range(len(taking_part)):
                peer = taking_part[(number + offset) % len(taking_part)]
                print(f"round {number + 1} of {chosen.rounds}: {name}, {peer.name}", file=sys.stderr, flush=True)
                try:
                    yield name, peer, row.measure(peer, number)
                except (Timeout, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                    notes.append(f"{peer.name}, {name}: {type(error).__name__}: {error}")
                    print(notes[-1], file=sys.stderr)


def table_of(names, kinds, chosen, session, watch, notes):
    """The peers that were measured, and (figure, name -> samples) of their rows."""
    samples = {}
    ready = prepared(kinds, chosen, session, watch, notes)
    try:
        for name, peer, figures in rounds(names, chosen, ready, notes):
            for key, values in figures.items():
                samples.setdefault((name, key), {}).setdefault(peer.name, []).extend(values)
    finally:
        for peer in ready:
            peer.close()
    return ready, [(figure, samples.get((name, figure.key), {})) for name in names for figure in rows.ALL[name].FIGURES]


def measure(chosen, session, watch):
    notes, ready, tables = [], [], []
    load = machine.load()
    groups = ((peers.ALL, rows.SUPERVISING), (peers.METHODS, rows.METHODS), (keepers.ALL, rows.KEEPING),
              (keepers.OUTLIVING, rows.OUTLIVING), (keepers.ENDURING, rows.ENDURING), (peers.SCRAPED, rows.SCRAPE),
              (keepers.TRUST, rows.TRUST), (keepers.CHAOS, rows.CHAOS))
    for kinds, group in groups:
        if names := [name for name in chosen.rows if name in group]:
            took_part, figures = table_of(names, kinds, chosen, session, watch, notes)
            ready += took_part
            tables.append(([peer.name for peer in took_part], figures))
    return {
        "machine": machine.describe(), "load": load, "rounds": chosen.rounds, "notes": notes, "tables": tables,
        "versions": {peer.name: peer.version() for peer in ready}, "settings": {peer.name: peer.settings for peer in ready},
    }


def keep(run, chosen):
    """Writes the table for readers, and the samples for comparing runs."""
    os.makedirs(chosen.results, exist_ok=True)
    # A run of some peers does not replace a run of all peers.
    peers_in_name = [name.replace(" ", "-") for name in chosen.peer or []]
    path = os.path.join(chosen.results, "-".join([time.strftime("%Y-%m-%d"), *chosen.groups, *peers_in_name]))
    with open(f"{path}.md", "w") as file:
        file.write(table.render(run))
    with open(f"{path}.json", "w") as file:
        figures = {figure.key: values for _, figures in run["tables"] for figure, values in figures}
        json.dump({**{key: value for key, value in run.items() if key != "tables"}, "figures": figures}, file, indent=1)
        file.write("\n")
    return f"{path}.md"


def main():
    chosen = options()
    if os.geteuid() != 0:
        sys.exit("bench: needs root: it reads every exec from the kernel, and boots a systemd")
    # SIGTERM cleans up like Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    session = Session()
    try:
        run = measure(chosen, session, Watch())
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        session.close()
    print(table.render(run))
    # A run of some peers is kept only if a group of rows was selected too.
    if not chosen.row and not chosen.quick and (chosen.groups or not chosen.peer):
        print(f"kept in {os.path.relpath(keep(run, chosen))}")


main()
