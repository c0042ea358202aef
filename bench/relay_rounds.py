# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's figures: smserver on one core, its load on another, the limits beside it in the same round."""
import contextlib
import json
import os
import shutil
import socket
import subprocess

from figures import Aim
from harness.server import Server
from harness.waiting import until

SERVER_CORE, LOAD_CORE = {0}, {1}
PAIRS, WINDOW, OFFLINE_MESSAGES = 50, 32, 200_000
IDLE_MAX, IDLE_STEP = 8_000, 1_000

# The load comes from one address, sends as fast as it can, and is not always there to fetch.
CONFIG = {
    "passwords": {"passes": 1, "memory": "8M"},
    "limits": {
        "connections-per-address": 20_000,
        "mailbox-messages": OFFLINE_MESSAGES,
        "registrations-per-address": "off",
        "authentications-per-address": "off",
        "sends-per-account": "off",
        "sends-per-recipient": "off",
    },
}

AIMS = [
    Aim("online relay", "relay online", least=30_000),
    Aim("online relay, of the tighter limit", "relay online", "limit echo", "limit group commit", least=0.5),
    Aim("stored for offline users", "relay store", least=30_000),
    Aim("stored, of the tighter limit", "relay store", "limit echo", "limit group commit", least=0.5),
    Aim("drained", "relay drain", least=50_000),
    Aim("durable at window 1, p99", "relay window 1 stored p99", most=10),
    Aim("delivered at window 1, p99", "relay window 1 delivered p99", most=10),
    Aim("idle connection over TLS", "idle bytes at 8000", most=20_000),
    Aim("accepts at 8,000 connections, of those at 1,000", "idle accepts at 8000", "idle accepts at 1000", least=0.8),
    Aim("processor time of an accept at 8,000, of that at 1,000", "idle accept, server's time at 8000",
        "idle accept, server's time at 1000", most=1.25),
    Aim("processor time of a message at 8,000, of that at 1,000", "idle cost at 8000", "idle cost at 1000", most=1.25),
]


MOSQUITTO = """\
user root
listener {other} 127.0.0.1
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
listener {port}
bind_interface lo
protocol websockets
certfile {certificate}
keyfile {key}
"""


def mosquitto_program():
    return shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def on_cores(cores):
    """What is started inside runs on these."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Relay:
    def __init__(self, build, folder, seconds):
        self.programs, self.folder, self.seconds = build / "bench", folder, seconds
        self.accounts = folder / "accounts"
        self.prepared = folder / "prepared"
        self.batch = 1024  # as many requests as the server takes together

    def load(self, mode, url, *options, pid=None):
        """Runs the load; returns its lines."""
        command = [self.programs / "relay", mode, "--url", url, "--accounts", self.accounts, "--pairs", PAIRS,
                   "--seconds", self.seconds, "--messages", OFFLINE_MESSAGES, *options]
        if pid:
            command += ["--server-pid", pid]
        with on_cores(LOAD_CORE):
            done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, timeout=1800)
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextlib.contextmanager
    def server(self, state=None):
        """A server with nothing in its mailboxes, and the prepared accounts."""
        server = Server(self.folder / "server", CONFIG)
        shutil.rmtree(server.state, ignore_errors=True)
        if self.prepared.exists():
            shutil.copytree(self.prepared, server.state)
        with on_cores(SERVER_CORE):
            server.start()
        try:
            yield server
        finally:
            server.stop()

    def prepare(self, accounts):
        """Registering is costly on purpose, so it is done once."""
        with self.server() as server:
            self.load("register", server.url, "--pin", server.pin, "--connections", accounts)
            state = server.state
        shutil.copytree(state, self.prepared)

    def certificate(self):
        """For the echo: of the kind that smserver makes for itself."""
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        if not key.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
                           check=True, stderr=subprocess.DEVNULL)
        return certificate, key

    def echo(self, *options, mode="echo", window=WINDOW, largest=1024):
        """mode: or "broadcast", where it sends to all."""
        command = [self.programs / "echo", *self.certificate(), str(largest), *(["all"] if mode == "broadcast" else [])]
        with on_cores(SERVER_CORE):
            process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            url = process.stdout.readline().decode().strip()
            return self.load(mode, url, "--window", window, *options, pid=process.pid)[0]
        finally:
            process.terminate()
            process.wait()

    def mosquitto(self):
        """A peer with nothing on the disk. Its loopback-only listener for WebSockets needs another one beside it."""
        port, other = free_ports(2)
        certificate, key = self.certificate()
        config = self.folder / "mosquitto.conf"
        config.write_text(MOSQUITTO.format(port=port, other=other, certificate=certificate, key=key))
        with on_cores(SERVER_CORE):
            process = subprocess.Popen([mosquitto_program(), "-c", config], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        try:
            until("mosquitto", lambda: listens(port))
            return self.load("mqtt", f"wss://127.0.0.1:{port}", "--window", WINDOW, pid=process.pid)[0]
        finally:
            process.terminate()
            process.wait()

    def group_commit(self):
        with on_cores(SERVER_CORE):
            done = subprocess.run([self.programs / "group-commit", self.folder, str(self.batch), str(self.seconds)],
                                  stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)


def one_round(relay, figures):
    def add(name, result):
        figures.add(name, result["rate"])
        figures.add(f"{name}, server's time each", result["server_us"], "us")

    add("limit echo", relay.echo())
    add("limit group commit", relay.group_commit())
    if mosquitto_program():
        add("peer mosquitto, not durable", relay.mosquitto())
    with relay.server() as server:
        def load(mode, *options):
            return relay.load(mode, server.url, "--pin", server.pin, *options, pid=server.pid)
        add("relay online", load("online", "--window", WINDOW)[0])
        add("relay store", load("store", "--window", WINDOW)[0])
        add("relay drain", load("drain")[0])
        result, = load("online", "--window", 1)
        for end in ("stored", "delivered"):
            for percent in ("p50", "p99"):
                figures.add(f"relay window 1 {end} {percent}", result[f"{end}_{percent}_ms"], "ms")


def idle_round(relay, figures):
    steps = "--connections", IDLE_MAX, "--step", IDLE_STEP
    with relay.server() as server:
        for line in relay.load("crowd", server.url, "--pin", server.pin, *steps, pid=server.pid):
            count = line["connections"]
            figures.add(f"idle accepts at {count}", line["accepts"])
            figures.add(f"idle accept, server's time at {count}", line["accept_us"], "us")
            figures.add(f"idle bytes at {count}", line["bytes_each"], "bytes")
    with relay.server() as server:
        for line in relay.load("idle", server.url, "--pin", server.pin, "--window", WINDOW, *steps, pid=server.pid):
            figures.add(f"idle cost at {line['connections']}", line["server_us"], "us")


def run(build, folder, rounds, seconds, figures):
    relay = Relay(build, folder, seconds)
    relay.prepare(2 * PAIRS + IDLE_MAX)
    for _ in range(rounds):
        one_round(relay, figures)
        idle_round(relay, figures)
