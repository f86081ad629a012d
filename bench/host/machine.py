"""The machine's properties that a figure depends on, without its name."""
import os
import platform


def describe():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024 ** 2
    return {
        "kernel": platform.release(),
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{memory:.0f} GiB",
    }


def load():
    """The load average of the minute before the run: it shows other work on the machine."""
    return os.getloadavg()[0]
