"""What a figure depends on, without anything that names the machine."""
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
    """The load average of a minute before the run: other work on the machine shows there."""
    return os.getloadavg()[0]
