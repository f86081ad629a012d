"""The lines of load/lines.py that arrived: each worker numbers its lines from 1, and its last line says so."""
import collections
import re

LINE = re.compile(r"(\d+) (\d+)( last)?")


def losses(lines, workers):
    """
    Counts: written, lost, doubled, and garbled (no whole line). Without the last line of a worker, the number of its lines is
    not known: that is an error.
    """
    seen, last, garbled = collections.Counter(), {}, 0
    for line in lines:
        if not (whole := LINE.fullmatch(line)):
            garbled += 1
            continue
        worker, number, ends = int(whole[1]), int(whole[2]), whole[3]
        seen[worker, number] += 1
        if ends:
            last[worker] = number
    if missing := set(range(workers)) - last.keys():
        raise ValueError(f"the last line of the workers {missing} has not arrived")
    written = sum(last.values())
    return {"written": written, "lost": written - len(seen), "doubled": seen.total() - len(seen), "garbled": garbled}
