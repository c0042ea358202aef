#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Kills the sender's daemon, the receiver's daemon and the server with SIGKILL at random moments, while two people send
to each other by smctl. At the end every message that smctl reported as sent or queued is in the other's history
exactly once, each person's messages stand in the order in which they were sent, and no message came twice.

    tests/scenario/kill_test.py --kills 30 --seed 1

Prints the seed, so that a failure's choices can be made again (the moments are the machine's).
"""
import argparse
import collections
import contextlib
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

from harness.process import sanitizer_reports
from harness.server import Server
from harness.user import User
from harness.waiting import until

SETTLE = 240  # seconds in which everything has to arrive in the end
SENT, QUEUED, NO_DAEMON, NO_ACCOUNT, LOCKED = 0, 20, 3, 4, 5


class Sender(threading.Thread):
    """One person, sending numbered messages by smctl, and noting what was said of each."""

    def __init__(self, user, other):
        super().__init__()
        self.user, self.other = user, other
        self.stopping = threading.Event()
        self.said = {}  # number: exit code
        self.problem = None

    def run(self):
        number = 0
        try:
            while not self.stopping.is_set():
                result = self.user.send(self.other, f"{number}", *(["--no-wait"] if number % 3 == 0 else []),
                                        expect=None)
                if result.code not in (SENT, QUEUED, NO_DAEMON, NO_ACCOUNT, LOCKED):
                    raise AssertionError(f"an answer that nothing here explains:\n{result}")
                self.said[number] = result.code
                number += 1
                if result.code in (NO_DAEMON, LOCKED):
                    time.sleep(0.05)
        except Exception as problem:
            self.problem = problem

    def accepted(self):
        """What must arrive. A call whose daemon died may have been accepted or not, and nobody can know."""
        return [n for n, code in self.said.items() if code in (SENT, QUEUED)]

    def refused(self):
        return {n for n, code in self.said.items() if code in (NO_ACCOUNT, LOCKED)}


def kill_daemon(user):
    user.kill()
    user.start()
    user.unlock()


def kill_server(server):
    server.kill()
    server.start()


def arrived(receiver, sender):
    """The numbers in the receiver's history from that sender, as they stand there."""
    if not receiver.knows(sender):
        return []
    messages = receiver.smctl("--json", "history", "--limit", "0", sender.name, expect=0).lines
    strange = [m for m in messages if m["kind"] != "text"]
    assert not strange, f"{receiver.name} could not read what came: {strange[:3]}"
    return [int(m["text"]) for m in messages if not m["outgoing"]]


def check(sender, numbers):
    """Every problem with what arrived, in words."""
    who = sender.user.name
    twice = [n for n, count in collections.Counter(numbers).items() if count > 1]
    lost = sorted(set(sender.accepted()) - set(numbers))
    never = sorted(n for n in numbers if n not in sender.said or n in sender.refused())
    if twice:
        yield f"{who}: came twice: {twice[:20]}"
    if lost:
        yield f"{who}: accepted and lost: {[(n, sender.said[n]) for n in lost[:20]]}"
    if never:
        yield f"{who}: arrived though refused: {never[:20]}"
    if numbers != sorted(numbers):
        swaps = [(a, b) for a, b in zip(numbers, numbers[1:]) if a > b]
        yield f"{who}: out of order: {swaps[:20]}"


def stage(folder, ends):
    """A server and two people, online; ends gets what ends them."""
    server = Server(folder / "server")
    ends.callback(lambda: server.stop() if server.running else None)
    server.start()
    people = []
    for name in ("alice", "bob"):
        (folder / name).mkdir(mode=0o700)
        user = User(folder / name, name)
        ends.callback(user.end)
        people.append(user.start())
        user.register(server)
    return server, *people


def kill_at_random(kills, chance, ways, senders):
    """While the senders send. Returns how often each way was taken."""
    killed = collections.Counter()
    try:
        for sender in senders:
            sender.start()
        victims = (list(ways) * kills)[:kills]  # all of them as often as the others
        chance.shuffle(victims)
        for victim in victims:
            time.sleep(chance.uniform(0, 1.2))
            ways[victim]()
            killed[victim] += 1
            if any(sender.problem for sender in senders):
                break
        time.sleep(0.5)
    finally:
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.join()
    return killed


def settle(senders):
    """Waits until everything accepted is there. Every problem with it, in words."""
    def settled():
        return all(set(s.accepted()) <= set(arrived(s.other, s.user)) and s.user.account("QueuedMessages") == 0
                   for s in senders)
    for sender in senders:
        sender.user.smctl("reconnect")
    try:
        until("everything that was accepted", settled, SETTLE)
    except AssertionError as problem:
        yield str(problem)
    for sender in senders:
        yield from check(sender, arrived(sender.other, sender.user))
        history = sender.user.smctl("--json", "history", "--limit", "0", sender.other.name, expect=0).lines
        if failed := [m for m in history if m["state"] == "failed"]:
            yield f"{sender.user.name}: failed: {failed[:5]}"


def play(folder, kills, seed):
    with contextlib.ExitStack() as ends:
        server, alice, bob = stage(folder, ends)
        senders = [Sender(alice, bob), Sender(bob, alice)]
        killed = kill_at_random(kills, random.Random(seed), {
            "alice's daemon": lambda: kill_daemon(alice), "bob's daemon": lambda: kill_daemon(bob),
            "the server": lambda: kill_server(server)}, senders)
        problems = [f"{s.user.name}: {s.problem}" for s in senders if s.problem] + list(settle(senders))

        counts = collections.Counter(code for s in senders for code in s.said.values())
        print(f"{sum(killed.values())} kills ({', '.join(f'{v} of {k}' for k, v in sorted(killed.items()))}); "
              f"{counts[SENT]} sent, {counts[QUEUED]} queued, {counts[NO_DAEMON]} with the daemon gone, "
              f"{counts[LOCKED] + counts[NO_ACCOUNT]} refused as locked")
        for user in (alice, bob):
            print(f"{user.name}: {user.account('RejectedEnvelopes')} envelopes rejected")
        if counts[SENT] < kills:
            problems.append("hardly anything was sent: this run shows nothing")
    if reports := sanitizer_reports(folder):
        problems.append(reports[:20000])
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30, help="how many (default 30)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--keep", action="store_true", help="keep the folder with all logs and stores")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sm-kill-"))
    problems = ["it did not end"]
    try:
        problems = play(folder, options.kills, options.seed)
    finally:
        if problems:
            for log in sorted(folder.rglob("*.log")):
                print(f"--- {log}\n{log.read_text(errors='replace')[-4000:]}")
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"kept: {folder}")
    print("\n".join(problems) or "nothing lost, nothing twice, all in order")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
