"""The users of a deployment: steady requests, each on a connection of its own, counted; one JSON order a line in, one
JSON answer a line out. Every answer but a good one with a version that may be live counts as a failure.
"""
import http.client
import json
import sys
import threading
import time

PATIENCE = 5
PAUSE = 0.05
USERS = 2
MOST_FAILURES = 10


class Users:
    def __init__(self, place):
        self.place = place
        self.versions = set()
        self.lock = threading.Lock()
        self.begun = time.monotonic()
        self.reset()

    def reset(self):
        self.served, self.failed, self.failures, self.seen, self.slowest = 0, 0, [], {}, 0.0

    def request(self):
        """The version that answers, and what is wrong with the answer."""
        connection = http.client.HTTPConnection(self.place["host"], self.place["port"], timeout=PATIENCE)
        try:
            connection.request("GET", self.place["path"], headers={"Connection": "close"})
            answer = connection.getresponse()
            body = answer.read(1 << 16)
        except (OSError, http.client.HTTPException) as error:
            return None, f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        if answer.status != 200:
            return None, f"status {answer.status}"
        try:
            version = json.loads(body)[self.place["field"]]
        except (ValueError, TypeError, LookupError):
            return None, f"status 200 without `{self.place['field']}`: {body[:80]!r}"
        return str(version)[:100], None

    def live(self):
        """Asks again and again, as users do."""
        while True:
            began = time.monotonic()
            version, problem = self.request()
            took = time.monotonic() - began
            with self.lock:
                if problem is None and version not in self.versions:
                    problem = f"the version {version}, which was not released"
                if problem is None:
                    self.served += 1
                    self.seen[version] = self.seen.get(version, 0) + 1
                    self.slowest = max(self.slowest, took)
                else:
                    self.failed += 1
                    if len(self.failures) < MOST_FAILURES:
                        self.failures.append(f"{began - self.begun:.1f} s: {problem}"[:300])
            time.sleep(PAUSE)

    def ask(self, order):
        """Who is live: asked until it is the version that is wanted, or until the time is up.

        The last word has a request that begins after that: one before may hang in what is about to end.
        """
        until = time.monotonic() + order["seconds"]
        while True:
            began = time.monotonic()
            version, problem = self.request()
            if version == order["wanted"] or began > until:
                return {"version": version, "problem": problem}
            time.sleep(0.1)

    def count(self, order):
        """What came since the last count; from now on these versions may answer."""
        with self.lock:
            counted = {
                "served": self.served, "failed": self.failed, "failures": self.failures,
                "seen": self.seen, "slowest": self.slowest,
            }
            self.versions = set(order["versions"])
            self.reset()
        return counted

    def begin(self, order):
        for _ in range(USERS):
            threading.Thread(target=self.live, daemon=True).start()
        return self.count(order)


def main():
    users = Users(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        order = json.loads(line)
        answer = {"ask": users.ask, "begin": users.begin, "count": users.count}[order["operation"]](order)
        print(json.dumps(answer), flush=True)


main()
