"""Writes the figures of a run as Markdown."""
import statistics

OURS, BARE = "reuseportd", "bare loop"
# Of the table of methods: ratios to the library alone.
LIBRARY, METHODS = "method preload", ("method auto", "method kernel")
# The sample of a peer that cannot run the row's program.
CANNOT = "cannot"


def value(figure, samples):
    return max(samples) if figure.greatest or figure.count else statistics.median(samples)


def text(number, figure):
    if figure.count:
        return f"{number:,.0f}"
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def ratio(figure, ours, theirs):
    """The ratio by which the daemon is better: 2.00 means half the time, or twice the throughput."""
    if ours is None or theirs is None:
        return "-"
    better, worse = (ours, theirs) if figure.more else (theirs, ours)
    return f"{better / worse:.2f}" if worse else "-"


def row(figure, names, samples):
    """samples: name -> the figure's samples."""
    numbers = {name: [sample for sample in samples.get(name, []) if sample != CANNOT] for name in names}
    values = {name: value(figure, numbers[name]) for name in names if numbers[name]}
    peers = [values[name] for name in values if name != BARE and not name.startswith(OURS)]
    best = (max if figure.more else min)(peers, default=None)
    ours = values.get(OURS)
    cells = [f"{figure.title}, {figure.unit}"]
    cells += [text(values[name], figure) if name in values and (name != BARE or figure.to_bare)
              else CANNOT if CANNOT in samples.get(name, []) else "-" for name in names]
    if LIBRARY in names:
        return cells + [of(values.get(method), values.get(LIBRARY)) for method in METHODS]
    cells.append(ratio(figure, ours, best))
    cells.append(of(ours, values.get(BARE)) if figure.to_bare else "-")
    return cells


def of(number, other):
    return f"{number / other:.2f}" if number and other else "-"


def grid(names, figures):
    """A table of the peers that share rows; the column for the bare loop only if the bare loop is among them."""
    last = ["best peer / ours"] + (["ours / bare"] if BARE in names else [])
    if LIBRARY in names:
        last = [f"{method} / {LIBRARY}".replace("method ", "") for method in METHODS]
    cells = [row(figure, names, samples)[:len(names) + 1 + len(last)] for figure, samples in figures]
    return [
        "| | " + " | ".join([*names, *last]) + " |",
        "|---|" + "---:|" * (len(names) + len(last)),
        *("| " + " | ".join(line) + " |" for line in cells),
        "",
    ]


def render(run):
    """run: machine, versions, rounds, settings, notes, and tables of names and figures, from __main__."""
    names = list(run["versions"])
    lines = [line for table in run["tables"] for line in grid(*table)]
    machine = run["machine"]
    lines += [
        f"{machine['cores']} cores of {machine['cpu']}, {machine['memory']}, Linux {machine['kernel']}; load average before: "
        f"{run['load']:.2f}. Median of {run['rounds']}, the peers in turn. *best peer / ours* above 1: ours is ahead (where "
        "more is better, ours / best peer). For counts and worst cases: the worst round.",
        "",
        "| | version | measured with |",
        "|---|---|---|",
        *(f"| {name} | {run['versions'][name]} | {run['settings'][name]} |" for name in names),
        *(["", *(f"* {note}" for note in run["notes"])] if run["notes"] else []),
    ]
    return "\n".join(lines) + "\n"
