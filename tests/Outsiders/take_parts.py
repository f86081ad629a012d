"""The worker: runs parts of a suite, each in a process with the worker's own descriptors, until none is left.

take_parts.py RESULTS SECONDS: RESULTS/parts has the name, the working directory and the command of each part. The first worker
that makes RESULTS/NAME.taken has it. SECONDS bounds each part. With `--without-library` the parts do not load the preload
library; all else is the same.
"""
import json
import os
import signal
import subprocess
import sys


def take(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC))
    except FileExistsError:
        return False
    return True


def run(command, directory, path, seconds, environment):
    with open(f"{path}.out", "wb") as output:
        # A session of its own, so that what a test leaves behind can be ended with it.
        process = subprocess.Popen(command, env=environment, cwd=directory, start_new_session=True, stdout=output)
    try:
        status = process.wait(seconds + 30)
    except subprocess.TimeoutExpired:
        status = "timeout"
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    with open(f"{path}.part", "w") as file:
        file.write(str(status))
    os.rename(f"{path}.part", f"{path}.status")


def main():
    results, seconds = sys.argv[1], int(sys.argv[2])
    # Tests with fixed names in the folder for temporary files run on both sides at the same time.
    environment = {**os.environ, "TMPDIR": f"{results}/tmp"}
    if "--without-library" in sys.argv:
        del environment["LD_PRELOAD"]
    with open(f"{results}/parts") as file:
        parts = json.load(file)
    for name, directory, command in parts:
        path = f"{results}/{name}"
        if take(f"{path}.taken"):
            run(command, directory, path, seconds, environment)


main()
