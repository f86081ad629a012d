"""
Clients of the control socket, each a process of its own. `control.py SOCKET ask COUNT WORKER` prints the round trips of a
small request in ms, one after the other. `control.py SOCKET malformed|bodies|idle` sends such requests until its input
ends, and prints their number. `control.py SOCKET status PERIOD` asks for the whole status each PERIOD seconds, on a new
connection each time, until its input ends. It prints a pair for each answer: its time, and how late the client itself ran, in
ms.
"""
import json
import resource
import select
import socket
import sys
import time

BODY = 100 << 20
CHUNK = b" " * 65536
IDLE = 10_000
# Seconds between two requests, and after a group of idle connections.
PAUSE = 0.002
BREATH = 0.01


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    # With a timeout, connect would fail while the queue of connections is full (EAGAIN, unix(7)).
    connection.connect(path)
    connection.settimeout(30)
    return connection


def ask(path, count, worker):
    """Sends small requests, each of which the supervisor's loop answers."""
    request = f"GET /v1/status?name={worker} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    connection, times = connect(path), []
    for _ in range(count):
        began = time.perf_counter()
        connection.sendall(request)
        answer = whole(connection)
        times.append((time.perf_counter() - began) * 1e3)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise ValueError(answer)
        time.sleep(PAUSE)
    return times


def status(path, period):
    """A late answer delays the next question, which is then asked at once."""
    times, due = [], time.monotonic()

    def once():
        nonlocal due
        late, began = time.monotonic() - due, time.perf_counter()
        with connect(path) as connection:
            connection.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = whole(connection)
        times.append(((time.perf_counter() - began) * 1e3, late * 1e3))
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise ValueError(bytes(answer[:200]))
        due = max(due + period, time.monotonic())
        time.sleep(max(0, due - time.monotonic()))
    until_told(once)
    return times


def whole(connection):
    """Reads a chunked answer to its last chunk."""
    answer = bytearray()
    while not answer.endswith(b"\r\n0\r\n\r\n"):
        more = connection.recv(65536)
        if not more:
            raise ValueError(f"the connection was closed after {bytes(answer[-200:])}")
        answer += more
    return answer


def malformed(path):
    with connect(path) as connection:
        connection.sendall(b"\0\1GET / HTT\r\n\r\n")
        while connection.recv(4096):
            pass


def bodies(path):
    """Sends a body with a length, and one without; stops when the daemon accepts no more."""
    for head, body in ((f"Content-Length: {BODY}", CHUNK), ("Transfer-Encoding: chunked", b"10000\r\n" + CHUNK + b"\r\n")):
        with connect(path) as connection:
            try:
                connection.sendall(f"POST /v1/start HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
                for _ in range(BODY // len(CHUNK)):
                    connection.sendall(body)
            except OSError:
                # The daemon closed the connection.
                pass


def until_told(action):
    print("begun", flush=True)
    count = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        action()
        count += 1
    return count


def idle(path):
    """Opens so many idle connections, and then replaces the oldest, again and again."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * IDLE, max(2 * IDLE, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    held = [connect(path) for _ in range(IDLE)]

    def more():
        for _ in range(10):
            held.append(connect(path))
            held.pop(0).close()
        time.sleep(BREATH)
    return IDLE + 10 * until_told(more)


def main():
    path, kind, *words = sys.argv[1:]
    if kind == "ask":
        print(json.dumps(ask(path, int(words[0]), words[1])))
    elif kind == "status":
        print(json.dumps(status(path, float(words[0]))))
    elif kind == "idle":
        print(idle(path))
    else:
        print(until_told(lambda: {"malformed": malformed, "bodies": bodies}[kind](path)))


if __name__ == "__main__":
    main()
