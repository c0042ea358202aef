# SPDX-License-Identifier: GPL-3.0-or-later
"""smctl watch: a script stops and goes on, and misses nothing."""
import json
import subprocess
import threading

from harness import places
from harness.refusal import call
from harness.waiting import DEADLINE, until


class Watch:
    """smctl --json watch --since N, in the background."""

    def __init__(self, user, since):
        self.process = subprocess.Popen([places.SMCTL, "--json", "watch", "--since", str(since)], env=user.env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.events = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def texts(self):
        return [e["message"]["text"] for e in self.events if e["kind"] == "message-received"]

    def wait_end(self):
        code = self.process.wait(DEADLINE)
        self.reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def stop(self):
        self.process.terminate()
        self.wait_end()


def all_events(user):
    events, since = [], 0
    while page := call(user, "Events.List", since, limit=500)[0]:
        events += page
        since = page[-1]["number"]
    return events


def test_no_gap_and_no_repeat(alice, bob):
    """Over an end of the watch, and over a kill of the daemon that it watches."""
    texts = [f"event {n}" for n in range(30)]
    begin = bob.account("LastEvent")
    first = Watch(bob, begin)
    for text in texts[:10]:
        alice.send(bob, text)
    until("the first ten", lambda: len(first.texts()) >= 10)
    first.stop()
    for text in texts[10:15]:
        alice.send(bob, text)

    second = Watch(bob, first.events[-1]["number"])
    until("the next five", lambda: len(second.texts()) >= 5)
    bob.kill()
    assert second.wait_end() == 3, "a watch says that its daemon is gone"
    for text in texts[15:]:
        alice.send(bob, text)
    bob.start()
    bob.unlock()

    third = Watch(bob, second.events[-1]["number"])
    until("the last fifteen", lambda: len(third.texts()) >= 15)
    third.stop()
    seen = first.events + second.events + third.events
    assert first.texts() + second.texts() + third.texts() == texts
    numbers = [e["number"] for e in seen]
    assert numbers == sorted(set(numbers))
    assert numbers == [e["number"] for e in all_events(bob) if begin < e["number"] <= numbers[-1]]


def test_watch_follows(alice, bob):
    """What happens while it runs comes at once, and by the signal alone."""
    watch = Watch(alice, alice.account("LastEvent"))
    alice.send(bob, "from me")
    bob.wait_text(alice, "from me")
    bob.send(alice, "from him")
    until("both", lambda: {"message-sent", "message-received"} <= {e["kind"] for e in watch.events})
    watch.stop()
    assert watch.texts() == ["from him"]
