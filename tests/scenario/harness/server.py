# SPDX-License-Identifier: GPL-3.0-or-later
"""A real smserver on a port of its own."""
import re
import socket
import sqlite3
import subprocess

from harness import places
from harness.process import Process, environment

URL = re.compile(r"wss://[^\s\"']+:(\d+)[^\s\"']*")
PIN = re.compile(r"sha256:[0-9a-fA-F:]+")
METRICS_URL = re.compile(r"http://\S+/metrics")


class Server:
    """FOLDER/state is its state folder. config: {section: {key: value}} of its configuration file."""

    def __init__(self, folder, config=None, name="smserver"):
        self.folder, self.name = folder, name
        self.state = folder / "state"
        self.config_path = folder / "smserver.conf"
        self.config = config or {}
        self.url = self.pin = self.port = None
        self.output = ""
        self.process = None
        self.reserved = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self):
        """Returns once it says that it listens. The first start picks a free port; later ones take it again."""
        self._reserve_port()
        self._write_config()
        self.process = Process(self.name, self.folder,
                               [places.SMSERVER, "--config", self.config_path, "--state", self.state,
                                "--listen", f"127.0.0.1:{self.port}"],
                               environment(self.folder))
        self.process.start(stdout=subprocess.PIPE)
        self.url = self.pin = None
        self.output = ""
        while not (self.url and self.pin):
            line = self.process.process.stdout.readline().decode()
            if not line:
                self.process.process.wait()
                self.process.check_running()
            self.output += line
            if found := URL.search(line):
                self.url = found[0]
            if found := PIN.search(line):
                self.pin = found[0]
        return self

    def forget_what_waits(self):
        """Starts it anew, as if whoever is away had been away for longer than anything is kept."""
        self.stop()
        with sqlite3.connect(self.state / "smserver.db") as database:
            database.execute("DELETE FROM envelope")
            database.execute("DELETE FROM group_commit")
        self.start()

    def _reserve_port(self):
        """So that no other test's server has it by the time that this one starts again. Nobody listens by that alone."""
        if self.port:
            return
        self.reserved = socket.socket()
        self.reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.reserved.bind(("127.0.0.1", 0))
        self.port = self.reserved.getsockname()[1]

    def stop(self):
        code = self.process.stop()
        self.process.process.stdout.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.process.stdout.close()

    def freeze(self):
        """It answers nobody until thaw()."""
        self.process.freeze()

    def thaw(self):
        self.process.thaw()

    def restart(self):
        self.stop()
        return self.start()

    @property
    def metrics_url(self):
        """Where its figures are, if its configuration has it show them."""
        return METRICS_URL.search(self.output)[0]

    @property
    def pid(self):
        return self.process.pid

    @property
    def running(self):
        return self.process is not None and self.process.running

    def log(self):
        return self.process.log()

    def _write_config(self):
        with open(self.config_path, "w") as file:
            for section, values in self.config.items():
                print(f"[{section}]", file=file)
                for key, value in values.items():
                    print(f"{key} = {value}", file=file)
