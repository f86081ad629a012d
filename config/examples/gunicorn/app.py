import os


def application(environ, start_response):
    body = f"worker {os.environ['REUSEPORT_WORKER']} pid {os.getpid()}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
