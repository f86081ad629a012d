"""Figures of processes, from proc(5). A process that ends meanwhile counts as nothing."""
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
    """Bytes of its command line."""
    return _read(f"/proc/{pid}/cmdline")


def objects(pid):
    """(prog_id or map_id, its number) of each descriptor of a BPF object; nothing of a process that even root may not look at."""
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
    """pid -> pid of its parent, of all processes."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            # The name, in brackets, may hold anything.
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
    """Its pid in its own pid namespace; 0 where it has ended."""
    return int((_after(_read(f"/proc/{pid}/status"), b"NSpid:").split() or [0])[-1])


def named(name):
    return {pid for pid in parents() if comm(pid) == name}


def _field(text, name):
    """Of a line as `Pss:   12 kB`."""
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)


def _after(text, name):
    return next((line[len(name):] for line in text.splitlines() if line.startswith(name)), b"")


def pss(pids):
    """MiB; a page that several processes share counts by its parts."""
    return sum(_field(_read(f"/proc/{pid}/smaps_rollup"), b"Pss:") for pid in pids) / 1024


def peak(pids):
    """MiB: the most resident memory since forget_peak."""
    return sum(_field(_read(f"/proc/{pid}/status"), b"VmHWM:") for pid in pids) / 1024


def forget_peak(pids):
    for pid in pids:
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")


def cpu(pids):
    """Nanoseconds of all threads. schedstat counts each; stat counts ticks of a hundredth of a second."""
    total = 0
    for pid in pids:
        try:
            tasks = os.listdir(f"/proc/{pid}/task")
        except FileNotFoundError:
            continue
        for task in tasks:
            total += int((_read(f"/proc/{pid}/task/{task}/schedstat").split() or [b"0"])[0])
    return total
