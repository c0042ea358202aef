# SPDX-License-Identifier: GPL-3.0-or-later
"""Blobs through smserver, held against a plain write with fdatasync and the bare echo over TLS, in the same round.

Rates are pieces of 128 KiB a second. The plain write syncs as often as a client with its window makes a server do.
"""
import os
import secrets
import time

from figures import Aim
from relay_rounds import CONFIG, Relay

PIECE, WINDOW, PIECES = 128 * 1024, 8, 1600  # of all blobs together: 200 MiB
SENDERS = 1, 4

AIMS = [Aim(f"blobs {way}, {senders} at a time, of the tighter limit", f"blobs {way} {senders}", *limits, least=least)
        for senders in SENDERS
        for way, limits, least in (("put", ("blobs limit write", "blobs limit echo"), 0.4),
                                   ("get", ("blobs limit echo",), 0.4))]


def plain_write(folder):
    piece, path = secrets.token_bytes(PIECE), folder / "plain"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    begin = time.perf_counter()
    for i in range(1, PIECES + 1):
        os.write(fd, piece)
        if i % WINDOW == 0:
            os.fdatasync(fd)
    taken = time.perf_counter() - begin
    os.close(fd)
    path.unlink()
    return PIECES / taken


def run(build, folder, rounds, seconds, figures):
    relay = Relay(build, folder, seconds)
    CONFIG["limits"] |= {"blob-puts-per-account": "off", "blob-gets-per-account": "off"}
    CONFIG["blobs"] = {"size": "1G", "account": "10G", "reserve": 0}
    relay.prepare(max(SENDERS))
    for _ in range(rounds):
        figures.add("blobs limit write", plain_write(folder))
        figures.add("blobs limit echo", relay.echo("--payload", PIECE, "--pairs", 1, window=WINDOW, largest=PIECE)["rate"])
        for senders in SENDERS:
            with relay.server() as server:
                lines = relay.load("blobs", server.url, "--pin", server.pin, "--pairs", senders, "--messages", PIECES,
                                   pid=server.pid)
            for line in lines:
                figures.add(f"{line['mode']} {senders}", line["rate"])
                figures.add(f"{line['mode']} {senders}, server's time each", line["server_us"], "us")
