"""The worker: runs test files of CPython, each in a process with the worker's own descriptors, until none is left.

take_tests.py RESULTS SECONDS: RESULTS/files has a line for each run, `NAME test_file [-m test]...`. The first worker that
makes RESULTS/NAME.taken has it. SECONDS bounds each run. With `--without-library` the runs do not load the preload library;
all else is the same.
"""
import os
import signal
import subprocess
import sys

PYTHON = "/usr/bin/python3.11"


def take(path):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC))
    except FileExistsError:
        return False
    return True


def run(words, results, name, seconds, environment):
    command = [PYTHON, "-m", "test", "-u", "subprocess", "--timeout", str(seconds), "--junit-xml", f"{results}/{name}.xml"]
    # A session of its own, so that what a test leaves behind can be ended with it.
    process = subprocess.Popen(command + words, env=environment, cwd=results, start_new_session=True)
    try:
        status = process.wait(seconds + 30)
    except subprocess.TimeoutExpired:
        status = "timeout"
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    with open(f"{results}/{name}.part", "w") as file:
        file.write(str(status))
    os.rename(f"{results}/{name}.part", f"{results}/{name}.status")


def main():
    words = [word for word in sys.argv[1:] if word != "--without-library"]
    results, seconds = words[0], int(words[1])
    environment = dict(os.environ)
    if "--without-library" in sys.argv:
        del environment["LD_PRELOAD"]
    with open(f"{results}/files") as file:
        runs = [line.split() for line in file]
    for name, *rest in runs:
        if take(f"{results}/{name}.taken"):
            run(rest, results, name, seconds, environment)


main()
