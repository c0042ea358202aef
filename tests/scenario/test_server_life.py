# SPDX-License-Identifier: GPL-3.0-or-later
"""The server alone: how it starts, refuses to start, and ends."""
import asyncio
import hashlib
import os
import re
import signal
import socket
import ssl
import stat
import subprocess

import pytest
import websockets

from harness import metrics, places
from harness.client import Client, run
from harness.process import environment
from harness.waiting import DEADLINE, until
from harness.wire import EC_KEY, certificate, client_context


def smserver(folder, *arguments, **more):
    """Runs it to its end; for starts that fail."""
    return subprocess.run([places.SMSERVER, *map(str, arguments)], env=environment(folder, **more), cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE)


def refuses(folder, code, words, *arguments, **more):
    done = smserver(folder, *arguments, **more)
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    return done


# ---- Starting ----

def test_help_and_version(tmp_path):
    done = smserver(tmp_path, "--help")
    assert done.returncode == 0 and "--config" in done.stdout and not done.stderr
    done = smserver(tmp_path, "--version")
    assert done.returncode == 0 and re.fullmatch(r"smserver [0-9.]+\n", done.stdout)


@pytest.mark.parametrize("arguments", [["--nonsense"], ["stray"], ["--set", "nothing"], ["--listen"],
                                       ["--set", "limits.keepalive=soon"]])
def test_wrong_usage(tmp_path, arguments):
    done = smserver(tmp_path, *arguments)
    assert done.returncode == 2 and done.stderr and not done.stdout


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:65536", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:http", "127.0.0.1:"])
def test_malformed_address(tmp_path, address):
    """It is said before anything is made, and --check says it as well."""
    for more in ([], ["--check"]):
        done = refuses(tmp_path, 4, [address, "malformed"], "--state", tmp_path / "state", "--listen", address, *more)
        assert not done.stdout and not (tmp_path / "state").exists()


def test_check_says_what_is_wrong(tmp_path):
    cert, key, _ = certificate(tmp_path)
    _, other_key, _ = certificate(tmp_path, "other")
    assert smserver(tmp_path, "--check", "--certificate", cert, "--key", key).returncode == 0
    refuses(tmp_path, 5, ["does not belong"], "--check", "--certificate", cert, "--key", other_key)
    refuses(tmp_path, 5, ["missing.pem"], "--check", "--certificate", tmp_path / "missing.pem", "--key", key)
    refuses(tmp_path, 4, ["loopback"], "--check", "--metrics", "0.0.0.0:0")
    refuses(tmp_path, 3, ["invitations"], "--check", "--set", "registration.policy=invitation", "--set",
            f"registration.invitation-file={tmp_path}/invitations")


def test_configuration_is_a_folder(tmp_path):
    refuses(tmp_path, 3, [str(tmp_path), "not a file"], "--config", tmp_path, "--check")


def test_without_configuration(tmp_path):
    """A state folder, a certificate for this host, a URL and a pin, on loopback alone."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 7443)) == 0:
            pytest.skip("something listens on the default port")
    process = subprocess.Popen([places.SMSERVER], env=environment(tmp_path, XDG_STATE_HOME=tmp_path / "state"),
                               cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url, pin = process.stdout.readline().strip(), process.stdout.readline().strip()
        assert url == "wss://localhost:7443"
        state = tmp_path / "state" / "secure-messenger-server"
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        for file in state.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file
        der = ssl.PEM_cert_to_DER_cert((state / "certificate.pem").read_text())
        assert pin == f"sha256:{hashlib.sha256(der).hexdigest()}"

        trusting = ssl.create_default_context(cafile=state / "certificate.pem")
        trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT if hasattr(ssl, "VERIFY_X509_STRICT") else ~0
        for host in ("localhost", "127.0.0.1", socket.gethostname()):
            with socket.create_connection(("127.0.0.1", 7443)) as raw:
                trusting.wrap_socket(raw, server_hostname=host).close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
        process.stdout.close()


def test_certificate_stays(stage):
    server = stage.server()
    pin = server.pin
    server.restart()
    assert server.pin == pin


def test_own_certificate(stage, tmp_path):
    cert, key, pin = certificate(tmp_path)
    server = stage.server({"server": {"certificate": cert, "key": key}})
    assert server.pin == pin
    run(Client.newcomer(server, "alice"))


def served_pin(server, change=lambda context: None):
    context = client_context()
    change(context)
    with socket.create_connection(("127.0.0.1", server.port)) as raw, context.wrap_socket(raw) as tls:
        return "sha256:" + hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()


@pytest.mark.parametrize("key_kind", [EC_KEY, ["rsa:2048"]], ids=["ec", "rsa"])
def test_certificate_is_renewed(stage, tmp_path, key_kind):
    """New connections get the new one, those that are open stay. What makes no sense changes nothing."""
    cert, key, old_pin = certificate(tmp_path)
    server = stage.server({"server": {"certificate": cert, "key": key}})
    new_cert, new_key, new_pin = certificate(tmp_path, "new", key_kind)
    _, other_key, _ = certificate(tmp_path, "other")

    def reload(word):
        before = server.log().count(word)
        os.kill(server.pid, signal.SIGHUP)
        until(word, lambda: server.log().count(word) > before)

    async def story():
        alice = await Client.newcomer(server, "alice")
        assert served_pin(server) == old_pin
        new_cert.replace(cert)
        new_key.replace(key)
        assert served_pin(server) == old_pin
        reload(new_pin)
        for _ in range(8):  # whichever thread takes it
            assert served_pin(server) == new_pin

        def of_before(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
        if key_kind != EC_KEY:  # nobody gets the old one by asking for its kind
            with pytest.raises((ssl.SSLError, OSError)):
                served_pin(server, of_before)

        good = key.read_bytes()
        other_key.replace(key)
        reload("going on with the certificate that is in use")
        assert "does not belong" in server.log() and served_pin(server) == new_pin
        key.write_bytes(good)
        cert.write_text("no PEM at all")
        reload("going on with the certificate that is in use")
        assert served_pin(server) == new_pin
        cert.unlink()
        reload("going on with the certificate that is in use")
        assert served_pin(server) == new_pin
        await alice.nothing_comes()  # still there
    run(story())
    assert server.stop() == 0


def test_whole_chain_is_served(stage, tmp_path):
    """From the one that is read again, too: a client that knows the authority alone is content."""
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=tmp_path)

    (tmp_path / "ca.ext").write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
                                     "subjectKeyIdentifier=hash\n")
    (tmp_path / "leaf.ext").write_text("subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")

    def issue(name, issuer, extensions):
        openssl("req", "-newkey", *EC_KEY, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signer = ["-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-CAcreateserial"] if issuer else \
            ["-signkey", f"{name}.key"]
        openssl("x509", "-req", "-in", f"{name}.csr", *signer, "-days", "2", "-extfile", extensions, "-out", f"{name}.crt")
    issue("root", None, "ca.ext")
    issue("between", "root", "ca.ext")
    chain, key = tmp_path / "chain.pem", tmp_path / "chain.key"

    def renew(name):
        issue(name, "between", "leaf.ext")
        chain.write_bytes((tmp_path / f"{name}.crt").read_bytes() + (tmp_path / "between.crt").read_bytes())
        key.write_bytes((tmp_path / f"{name}.key").read_bytes())

    def name_of_server():
        context = ssl.create_default_context(cafile=tmp_path / "root.crt")
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            with context.wrap_socket(raw, server_hostname="127.0.0.1") as tls:
                return tls.getpeercert()["subject"][0][0][1]
    renew("first")
    server = stage.server({"server": {"certificate": chain, "key": key}})
    assert name_of_server() == "first"
    renew("second")
    os.kill(server.pid, signal.SIGHUP)
    until("the second certificate", lambda: name_of_server() == "second")


def test_several_addresses(stage):
    server = stage.server({"server": {"insecure-loopback": "127.0.0.1:0", "name": "chat.example another.example"}})

    async def story():
        alice = await Client.silent(server)
        await alice.greet("Chat.Example")
    run(story())


def test_plain_is_for_loopback(tmp_path):
    refuses(tmp_path, 4, ["0.0.0.0", "loopback"], "--state", tmp_path / "s", "--insecure-loopback", "0.0.0.0:0")
    refuses(tmp_path, 4, ["0.0.0.0", "loopback"], "--state", tmp_path / "s", "--listen", "127.0.0.1:0",
            "--metrics", "0.0.0.0:0")


# ---- Refusing to start ----

def test_configuration(tmp_path):
    """What is wrong is said with its file and line, and what to do."""
    config = tmp_path / "smserver.conf"

    def wrong(text, line, *words):
        config.write_text(text)
        refuses(tmp_path, 3, [f"{config}:{line}:", *words], "--config", config, "--state", tmp_path / "s")
    wrong("[server]\nlisten = 127.0.0.1:0\nlisen = x\n", 3, "lisen", "smserver.conf(5)")
    wrong("[sever]\nlisten = x\n", 2, "sever")
    wrong("listen = x\n", 1, "before the first [section]")
    wrong("[limits]\n\n# a comment\nkeepalive = soon\n", 4, "keepalive", "soon", "30s")
    wrong("[limits]\nkeepalive = 1ms\n", 2, "out of range")
    wrong("[limits]\nmailbox-bytes = 5X\n", 2, "64K")
    wrong("[limits]\nsends-per-account = many\n", 2, "100/s")
    wrong("[registration]\npolicy = perhaps\n", 2, "open", "invitation", "closed")
    wrong("[server]\nthreads = 2\nthreads = 3\n", 3, "twice")
    wrong("[server]\nnonsense\n", 2)
    wrong("[server]\nstate = " + "x" * 500 + "\n", 2, "too long")
    config.write_text("[registration]\npolicy = invitation\n")
    refuses(tmp_path, 3, ["invitation-file"], "--config", config, "--state", tmp_path / "s")
    refuses(tmp_path, 3, ["absent.conf"], "--config", tmp_path / "absent.conf")
    config.write_text("[server]\nlisten = 127.0.0.1:0\n")
    assert smserver(tmp_path, "--config", config, "--check").returncode == 0


def test_address(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refuses(tmp_path, 4, [f"127.0.0.1:{port}", "--listen"], "--state", tmp_path / "s", "--listen",
                f"127.0.0.1:{port}")
    refuses(tmp_path, 4, ["192.0.2.1"], "--state", tmp_path / "s", "--listen", "192.0.2.1:0")
    refuses(tmp_path, 4, ["malformed"], "--state", tmp_path / "s", "--listen", "7443")


def test_another_server_has_the_port(stage, tmp_path):
    server = stage.server()
    refuses(tmp_path, 4, ["in use"], "--state", tmp_path / "s", "--listen", f"127.0.0.1:{server.port}")


def test_certificate(tmp_path):
    cert, key, _ = certificate(tmp_path)
    _, other, _ = certificate(tmp_path, "other")
    garbage = tmp_path / "garbage"
    garbage.write_text("no PEM at all")

    def wrong(cert, key, *words):
        refuses(tmp_path, 5, words, "--state", tmp_path / "s", "--listen", "127.0.0.1:0", "--certificate", cert,
                "--key", key)
    wrong(tmp_path / "absent", key, "absent")
    wrong(cert, tmp_path / "absent", "absent")
    wrong(garbage, key, "PEM")
    wrong(cert, garbage, "PEM")
    wrong(cert, other, "does not belong")
    refuses(tmp_path, 3, ["belong together"], "--certificate", cert)


def test_state_folder(stage, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    refuses(tmp_path, 6, ["not a folder"], "--state", file, "--listen", "127.0.0.1:0")
    refuses(tmp_path, 6, ["file"], "--state", file / "below", "--listen", "127.0.0.1:0")
    if os.geteuid() == 0:
        others = tmp_path / "others"
        others.mkdir()
        os.chown(others, 12345, 12345)
        refuses(tmp_path, 6, ["belongs to user 12345"], "--state", others, "--listen", "127.0.0.1:0")
    server = stage.server()
    refuses(tmp_path, 7, ["another smserver"], "--state", server.state, "--listen", "127.0.0.1:0")


def test_damaged_store(stage, tmp_path):
    server = stage.server()
    run(Client.newcomer(server, "alice"))
    server.stop()
    store = server.state / "smserver.db"
    good = store.read_bytes()
    store.write_bytes(b"this is no database" * 1000)
    refuses(tmp_path, 8, ["damaged", "backup"], "--state", server.state, "--listen", "127.0.0.1:0")
    store.write_bytes(good[:4096] + os.urandom(4096) + good[8192:])
    refuses(tmp_path, 8, ["damaged", "backup"], "--state", server.state, "--listen", "127.0.0.1:0")
    newer = bytearray(good)
    newer[60:64] = (1000).to_bytes(4, "big")  # PRAGMA user_version
    store.write_bytes(newer)
    refuses(tmp_path, 9, ["newer"], "--state", server.state, "--listen", "127.0.0.1:0")
    store.write_bytes(good)
    server.start()


# ---- Ending ----

def test_term_with_clients_and_a_hung_one(stage):
    """Clients are told to come back; one that does not read, and one in the midst of its handshake, hold nothing up."""
    server = stage.server()

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        hung = await Client.newcomer(server, "hung")
        hung.socket.transport.pause_reading()
        for _ in range(10):
            await alice.send_many(hung.device, [bytes(100 * 1024)] * 9)
        halves = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
        os.kill(server.pid, signal.SIGTERM)
        assert await alice.end() == ("SHUTTING_DOWN", 1001)
        assert await bob.end() == ("SHUTTING_DOWN", 1001)
        code = await asyncio.get_running_loop().run_in_executor(None, server.stop)
        assert code == 0
        for half in halves:
            half.close()
    run(story())


def test_term_answers_what_is_under_way(stage):
    """Whatever was sent before the end was heard of is either durable and said to be, or not said to be."""
    server = stage.server()

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        device = bob.device
        await bob.close()
        stored = []

        async def send():
            try:
                while True:
                    stored.extend((await alice.send_many(device, [b"x"] * 20))[0])
            except websockets.ConnectionClosed:
                pass
        sending = asyncio.ensure_future(send())
        while len(stored) < 200:
            await asyncio.sleep(0.01)
        os.kill(server.pid, signal.SIGTERM)
        await sending
        await asyncio.get_running_loop().run_in_executor(None, server.stop)
        server.start()
        bob = await Client.back(server, device)
        got = set()
        while not got >= set(stored):
            envelopes = (await bob.hear()).deliver.envelopes
            got |= {e.id for e in envelopes}
            await bob.ack(envelopes[-1].sequence)
    run(story())


def test_interrupt(stage):
    server = stage.server()
    os.kill(server.pid, signal.SIGINT)
    assert server.stop() == 0


def test_end_without_clients_and_twice(stage):
    server = stage.server()
    assert server.stop() == 0
    server.start()
    assert server.stop() == 0


# ---- Being watched ----

def test_tells_the_service_manager(tmp_path):
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(DEADLINE)
        process = subprocess.Popen([places.SMSERVER, "--state", tmp_path / "s", "--listen", "127.0.0.1:0"],
                                   env=environment(tmp_path, NOTIFY_SOCKET=address, WATCHDOG_USEC="300000"),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"WATCHDOG=1"

        def hear():
            while (said := manager.recv(100)) == b"WATCHDOG=1":
                pass
            return said
        process.send_signal(signal.SIGHUP)
        assert hear().startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert hear() == b"READY=1"
        process.send_signal(signal.SIGTERM)
        assert hear() == b"STOPPING=1"
        assert process.wait(DEADLINE) == 0


def test_metrics(stage):
    server = stage.server({"server": {"metrics": "127.0.0.1:0"}})
    url = server.metrics_url

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        await alice.send_many(bob.device, [b"x"] * 5)
        await bob.ack((await bob.envelopes(5))[-1].sequence)
        await bob.settle()
        await alice.send_many(bob.device, [b"x"] * 3)
        await bob.envelopes(3)
        stranger = await Client.silent(server)
        await stranger.socket.send(b"\xff" * 10)
        await stranger.end()
        figures = metrics.read(url)
        assert figures["envelopes_stored_total"] == 8
        assert figures["envelopes_acked_total"] == 5
        assert figures["envelopes_delivered_total"] == 8
        assert figures["connections_authenticated"] == 2
        assert figures["registered_total"] == 2
        assert figures["protocol_errors_total"] == 1
        assert figures['frames_in_total{kind="send"}'] == 2
        assert figures['errors_total{code="malformed"}'] == 1
        assert figures['goodbyes_total{reason="protocol-error"}'] == 1
        assert figures["store_commit_seconds_count"] > 0
        assert figures['store_commit_seconds_bucket{le="+Inf"}'] == figures["store_commit_seconds_count"]
    run(story())

    port = int(url.split(":")[2].split("/")[0])
    for request in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(request)
            assert client.recv(100).startswith(b"HTTP/1.1 404")
    with socket.create_connection(("127.0.0.1", port)) as client:
        try:
            client.sendall(b"A" * 100_000)
            assert client.recv(100) == b""
        except ConnectionError:
            pass
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for client in idle:
        client.close()

    def figures():
        try:
            return metrics.read(url)
        except OSError:  # the idle ones are still in the way
            return None
    until("the figures again", figures)


def test_nothing_private_in_the_log(stage):
    server = stage.server({"server": {"log-level": "debug"}})

    async def story():
        alice, bob = await Client.newcomer(server, "alice"), await Client.newcomer(server, "bob")
        await alice.send_many(bob.device, [b"a private payload"])
        await bob.envelopes(1)
        return alice.device.auth_key
    auth_key = run(story())
    server.stop()
    log = server.log()
    assert "private payload" not in log and auth_key.hex() not in log and "alice" not in log


def test_tls(stage):
    """Old TLS and weak ciphers find nobody."""
    server = stage.server()

    def connects(change):
        context = client_context()
        change(context)
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            try:
                with context.wrap_socket(raw) as tls:
                    return tls.version()
            except (ssl.SSLError, OSError):
                return None

    def only(version):
        def change(context):
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        return change
    assert connects(lambda context: None) == "TLSv1.3"
    assert connects(only(ssl.TLSVersion.TLSv1_2)) == "TLSv1.2"
    assert connects(only(ssl.TLSVersion.TLSv1_1)) is None

    def weak(context):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-SHA:@SECLEVEL=0")
    assert connects(weak) is None
