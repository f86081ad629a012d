"""
udp_flows.py ADDRESS PORT FLOWS: sends a DNS query over each of so many sockets, one after the other, again and again until
SIGTERM. The answer names the worker (udp_serve.c). Prints one line of JSON: queries answered and failed (without an answer in
PATIENCE seconds), and flows that moved: those that another worker than the first one answered.
"""
import json
import resource
import signal
import socket
import sys

QUERY = bytes([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5]) + b"bench" + bytes([0, 0, 16, 0, 1])
PATIENCE = 1


def opened(address, port, count):
    """Sockets with an address of their own each."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    flows = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for flow in flows:
        flow.connect((address, port))
        flow.settimeout(PATIENCE)
    return flows


def served(flow):
    """The number of the worker that answers; None without an answer."""
    try:
        flow.send(QUERY)
        return flow.recv(512)[12 + 11 + 13:].decode()
    except (TimeoutError, ConnectionRefusedError):
        return None


def main():
    ends, counts, first, moved = [], {"answered": 0, "failed": 0}, {}, set()
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    flows = opened(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    while not ends:
        for flow in flows:
            worker = served(flow)
            counts["failed" if worker is None else "answered"] += 1
            if worker is not None and first.setdefault(flow, worker) != worker:
                moved.add(flow)
    print(json.dumps({**counts, "moved": len(moved)}))


if __name__ == "__main__":
    main()
