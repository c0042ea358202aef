# SPDX-License-Identifier: GPL-3.0-or-later
"""The client-server protocol for tests: its schema, a client that is nobody's program, TLS as servers have it."""
import asyncio
import functools
import importlib.util
import pathlib
import secrets
import ssl
import subprocess
import sys
import tempfile

import websockets

from harness import places
from harness.waiting import DEADLINE

SUBPROTOCOL = "secure-messenger"
FRAME_MAX = 1024 * 1024


@functools.cache
def schema():
    """The module that protoc makes of wire/messenger.proto."""
    return compiled("wire", "messenger")


@functools.cache
def content_schema():
    """Of e2ee/content.proto: what is inside of envelopes."""
    return compiled("e2ee", "content")


def compiled(where, name):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"--python_out={folder}", f"--proto_path={places.SOURCE / where}", f"{name}.proto"],
                       check=True)
        path = pathlib.Path(folder) / f"{name}_pb2.py"
        spec = importlib.util.spec_from_file_location(f"{name}_pb2", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[f"{name}_pb2"] = module
        spec.loader.exec_module(module)
        return module


EC_KEY = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


def certificate(folder, name="server", key_kind=EC_KEY):
    """A fresh self-signed certificate for loopback: its file, its key's file, its pin."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", *key_kind, "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    der = subprocess.run(["openssl", "x509", "-in", cert, "-outform", "DER"], check=True, capture_output=True).stdout
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=der, check=True,
                            capture_output=True).stdout.split()[0].decode()
    return cert, key, f"sha256:{digest}"


def server_context(cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def client_context():
    """Trusts anybody: the tests know whom they call."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(url, source=None):
    """source: the loopback address to come from."""
    if "/v1" not in url:
        url = url.rstrip("/") + "/v1"
    return websockets.connect(url, ssl=client_context() if url.startswith("wss") else None,
                              subprotocols=[SUBPROTOCOL], max_size=FRAME_MAX, compression=None, ping_interval=None,
                              open_timeout=DEADLINE,
                              **({"local_addr": (source, 0)} if source else {}))


class Refused(Exception):
    def __init__(self, error):
        self.code = schema().ErrorCode.Name(error.code)
        self.retry_after_ms = error.retry_after_ms
        super().__init__(f"{self.code}: {error.text}")


class Stranger:
    """An account whose end-to-end keys are noise: for the server it is as good as any."""

    def __init__(self, socket):
        self.socket, self.requests, self.unasked = socket, 0, []

    @classmethod
    async def connect(cls, server, source=None):
        stranger = cls(await connect(server.url, source))
        stranger.welcome = (await stranger.ask(hello=schema().Hello(
            protocol_min=1, protocol_max=1, server_name="127.0.0.1", client="test"))).welcome
        return stranger

    async def tell(self, request=0, **body):
        await self.socket.send(schema().ClientFrame(request=request, **body).SerializeToString())

    async def hear(self):
        return schema().ServerFrame.FromString(await asyncio.wait_for(self.socket.recv(), DEADLINE))

    async def ask(self, **body):
        """The answer; what the server says unasked meanwhile is kept."""
        self.requests += 1
        await self.tell(self.requests, **body)
        while True:
            frame = await self.hear()
            if frame.request == self.requests:
                break
            self.unasked.append(frame)
        if frame.HasField("error"):
            raise Refused(frame.error)
        return frame

    async def register(self, name, auth_key=None):
        pb = schema()
        prekeys = [pb.OneTimePrekey(id=i, key=secrets.token_bytes(40)) for i in range(1, 11)]
        device = pb.DeviceKeys(auth_public_key=secrets.token_bytes(32), identity=secrets.token_bytes(128),
                               signed_prekey=secrets.token_bytes(128), one_time_prekeys=prekeys,
                               last_resort_prekey=secrets.token_bytes(128))
        password = pb.PasswordParameters(salt=secrets.token_bytes(16), passes=3, memory_kib=256 * 1024)
        answer = await self.ask(register_account=pb.RegisterAccount(
            user_name=name, password=password, auth_key=auth_key or secrets.token_bytes(32), device=device))
        return answer.registered.device_id

    async def bundles(self, name):
        return (await self.ask(fetch_bundles=schema().FetchBundles(user_name=name))).bundles.bundles

    async def send(self, name, device_id, payload, envelope_id=None):
        pb = schema()
        envelope = pb.OutgoingEnvelope(id=envelope_id or secrets.token_bytes(16), recipient=name,
                                       device_id=device_id, payload=payload)
        result = (await self.ask(send=pb.Send(envelopes=[envelope]))).send_result
        for refusal in result.refused:
            raise Refused(refusal.error)
        return result.stored

    async def close(self):
        await self.socket.close()
