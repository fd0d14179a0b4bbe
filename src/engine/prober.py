"""Asks the service under test, from inside its network: one JSON request a line in, one JSON answer a line out.

It is the first process of the container that owns the network. When standard input ends, the one who asks is gone;
so the program ends, and the engine removes the container and the network with it.
"""
import base64
import http.client
import json
import signal
import socket
import sys
import time

BODY_LIMIT = 1 << 20
HEADER_LIMIT = 4096
PAUSE = 0.02


def out_of_time(_signal, _frame):
    raise TimeoutError("timed out")


def ask_http(request):
    """Sends one request on a connection of its own; redirects and proxies are the caller's business."""
    body = base64.b64decode(request.get("body", ""))
    names = {name.lower() for name, _ in request["headers"]}
    connection = http.client.HTTPConnection(request["host"], request["port"])
    try:
        connection.putrequest(
            request["method"], request["path"], skip_host="host" in names, skip_accept_encoding=True
        )
        for name, value in request["headers"]:
            connection.putheader(name, value)
        if not names & {"content-length", "transfer-encoding"}:
            if body or request["method"] in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Connection", "close")
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read(BODY_LIMIT + 1)
        return {
            "status": answer.status,
            "headers": [[name, value[:HEADER_LIMIT]] for name, value in answer.getheaders()],
            "body": base64.b64encode(content[:BODY_LIMIT]).decode(),
            "truncated": len(content) > BODY_LIMIT,
        }
    finally:
        connection.close()


def ask_tcp(request):
    """Waits until something accepts connections."""
    while True:
        try:
            socket.create_connection((request["host"], request["port"])).close()
            return {}
        except ConnectionError:
            time.sleep(PAUSE)


def wait_http(request):
    """Asks until the status is among those wanted; any status will do where none is named."""
    while True:
        try:
            answer = ask_http(request)
            if not request["statuses"] or answer["status"] in request["statuses"]:
                return answer
        except (ConnectionError, http.client.HTTPException):
            pass
        time.sleep(PAUSE)


OPERATIONS = {"http": ask_http, "tcp": ask_tcp, "wait": wait_http}


def answer_to(request):
    started = time.perf_counter()
    # The alarm also ends a server that sends a byte now and then, which no timeout of a socket does.
    signal.setitimer(signal.ITIMER_REAL, max(request["timeout"], 0.001))
    try:
        answer = OPERATIONS[request["operation"]](request)
    except TimeoutError:
        answer = {"failure": "timeout", "detail": "timed out"}
    except ConnectionRefusedError as error:
        answer = {"failure": "refused", "detail": str(error)}
    except (OSError, http.client.HTTPException, ValueError) as error:
        answer = {"failure": "broken", "detail": f"{type(error).__name__}: {error}"[:HEADER_LIMIT]}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return {"id": request["id"], "seconds": time.perf_counter() - started, **answer}


def main():
    signal.signal(signal.SIGALRM, out_of_time)
    for line in sys.stdin:
        print(json.dumps(answer_to(json.loads(line))), flush=True)


main()
