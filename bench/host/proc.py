"""Figures of processes from proc(5). A process that ends meanwhile has no figures."""
import os


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def comm(pid):
    return _read(f"/proc/{pid}/comm").decode(errors="replace").rstrip("\n")


def command(pid):
    """The command line as bytes."""
    return _read(f"/proc/{pid}/cmdline")


def environment(pid):
    """The variables at its exec, as bytes."""
    return _read(f"/proc/{pid}/environ")


def started(pid):
    """Ticks from the boot to its start, which tell it from an earlier process with its pid; None if it has ended."""
    fields = _read(f"/proc/{pid}/stat").rpartition(b") ")[2].split()
    return int(fields[19]) if fields else None


def objects(pid):
    """(prog_id or map_id, its number) of each descriptor of a BPF object; nothing for an inaccessible process."""
    try:
        texts = [_read(f"/proc/{pid}/fdinfo/{name}") for name in os.listdir(f"/proc/{pid}/fdinfo")]
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return
    for text in texts:
        for line in text.decode(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key in ("prog_id", "map_id"):
                yield key, int(value)


def parents():
    """pid -> pid of the parent, for all processes."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            # The name, in parentheses, may contain anything.
            after_name = _read(f"/proc/{entry}/stat").rpartition(b") ")[2].split()
            if after_name:
                found[int(entry)] = int(after_name[1])
    return found


def tree(roots):
    """The processes and all of their descendants."""
    children = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    found, ahead = set(), list(roots)
    while ahead:
        pid = ahead.pop()
        if pid not in found:
            found.add(pid)
            ahead += children.get(pid, [])
    return found


def innermost(pid):
    """The pid in its own pid namespace; 0 if the process has ended."""
    return int((_after(_read(f"/proc/{pid}/status"), b"NSpid:").split() or [0])[-1])


def described(pid):
    """For a reader: its name, state, parent and words."""
    state = [_after(_read(f"/proc/{pid}/status"), field).decode().strip() for field in (b"Name:", b"State:", b"PPid:")]
    return f"{pid} {', '.join(state)}, {command(pid).replace(bytes(1), b' ').decode(errors='replace')}"


def named(name):
    return {pid for pid in parents() if comm(pid) == name}


def _field(text, name):
    """The number of a line such as `Pss:   12 kB`."""
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)


def _after(text, name):
    return next((line[len(name):] for line in text.splitlines() if line.startswith(name)), b"")


def pss(pids):
    """In MiB; a page of several processes counts proportionally."""
    return sum(_field(_read(f"/proc/{pid}/smaps_rollup"), b"Pss:") for pid in pids) / 1024


def resident(pids):
    """In MiB."""
    return sum(_field(_read(f"/proc/{pid}/status"), b"VmRSS:") for pid in pids) / 1024


def peak(pids):
    """In MiB: the most resident memory since forget_peak."""
    return sum(_field(_read(f"/proc/{pid}/status"), b"VmHWM:") for pid in pids) / 1024


def forget_peak(pids):
    for pid in pids:
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")


def cpu(pids):
    """Nanoseconds of all threads. schedstat has nanoseconds; stat has ticks of 10 ms."""
    total = 0
    for pid in pids:
        try:
            tasks = os.listdir(f"/proc/{pid}/task")
        except FileNotFoundError:
            continue
        for task in tasks:
            total += int((_read(f"/proc/{pid}/task/{task}/schedstat").split() or [b"0"])[0])
    return total
