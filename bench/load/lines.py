"""
lines.py WORKER: writes a line `WORKER NUMBER` every 5 ms. The numbers begin with 1. At SIGTERM it writes a last line
`WORKER NUMBER last`, and ends.
"""
import os
import signal
import sys
import time

PERIOD = 0.005


def main():
    ends = []
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    worker, number = sys.argv[1], 0
    while not ends:
        number += 1
        os.write(1, f"{worker} {number}\n".encode())
        time.sleep(PERIOD)
    os.write(1, f"{worker} {number + 1} last\n".encode())


main()
