"""
Metrics of 2,000 workers: the time and size of a scrape, its cost for the daemon, and the waits for the daemon's loop while
many clients scrape.
"""
import http.client
import statistics
import time

from .figure import Figure
from .workers import settle, sleepers

COUNT = 2000
SCRAPES, QUICK = 50, 10
# Seconds: longer than requests share one result.
PAUSE = 0.4
# Scrapes a second, for these seconds.
RATE, SECONDS = 50, 10
# Of Prometheus.
INTERVAL = 15

FIGURES = [
    Figure("scrape", "a scrape of 2,000 workers, median of 50", "ms", to_bare=False),
    Figure("scrape-worst", "the same, worst", "ms", greatest=True, to_bare=False),
    Figure("scrape-size", "size of the answer", "KiB", to_bare=False),
    Figure("scrape-cpu", "CPU of the daemon for a scrape", "ms", to_bare=False),
    Figure("scrape-share", "CPU of the daemon at a scrape each 15 s", "% of one processor", to_bare=False),
    Figure("scrape-loop", "waits for the loop during 50 scrapes a second: 99 of 100 within (bound of the histogram)", "ms",
           to_bare=False),
    Figure("scrape-late", "waits for the loop above 10 ms meanwhile, of all", "%", greatest=True, to_bare=False),
]
LATE = 0.01


def measure(peer, _):
    with sleepers(peer, COUNT):
        settle()
        first = scrape(peer)
        time.sleep(PAUSE)
        times = []
        for _ in range(QUICK if peer.quick else SCRAPES):
            began = time.monotonic()
            body = scrape(peer)
            times.append((time.monotonic() - began) * 1e3)
            time.sleep(PAUSE)
        cost = (cpu(body) - cpu(first)) * 1e3 / len(times)
        return {
            "scrape": [statistics.median(times)], "scrape-worst": [max(times)], "scrape-size": [len(body) / 1024],
            "scrape-cpu": [cost], "scrape-share": [cost / INTERVAL / 10], **loop_waits(peer),
        }


def loop_waits(peer):
    """The bound of the bucket with the 99th percentile of the waits meanwhile, and the share above 10 ms."""
    before = buckets(scrape(peer))
    until = time.monotonic() + SECONDS
    while (now := time.monotonic()) < until:
        scrape(peer)
        time.sleep(max(0, 1 / RATE - (time.monotonic() - now)))
    time.sleep(PAUSE)
    after = buckets(scrape(peer))
    counts = {bound: after[bound] - before[bound] for bound in after}
    total = counts[float("inf")]
    bound = next(bound for bound, count in counts.items() if count >= 0.99 * total) * 1e3
    return {"scrape-loop": [bound], "scrape-late": [100 * (total - counts[LATE]) / total]}


def cpu(body):
    """Seconds of the daemon, in steps of 10 ms."""
    return next(float(line.split()[1]) for line in body.splitlines() if line.startswith(b"reuseportd_cpu_seconds_total "))


def buckets(body):
    """Bound in seconds -> the count of waits up to it."""
    start = b'reuseportd_loop_delay_seconds_bucket{le="'
    lines = (line[len(start):].split(b'"} ') for line in body.splitlines() if line.startswith(start))
    return {float(bound.replace(b"+Inf", b"inf")): int(count) for bound, count in lines}


def scrape(peer):
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=30)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"/metrics: {answer.status}")
        return answer.read()
    finally:
        connection.close()
