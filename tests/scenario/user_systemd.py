# SPDX-License-Identifier: GPL-3.0-or-later
"""A real `systemd --user` with its own bus, for an ordinary user, on a machine that need not run systemd.

Only below with-user-systemd: what is mounted here goes away with that.
"""
import json
import os
import pathlib
import pwd
import subprocess

from harness import places, waiting
from harness.server import PIN, URL

USER = "nobody"
CGROUPS = pathlib.Path("/sys/fs/cgroup")
BUS_NAME = "org.securemessenger.Messenger1"
UNIT = "secure-messenger.service"


def option(name):
    """A build option's value."""
    options = json.loads(subprocess.check_output(["meson", "introspect", "--buildoptions", places.BUILD]))
    return next(entry["value"] for entry in options if entry["name"] == name)


def install(folder):
    """Puts what the build installs where its units look for it, without touching the machine's own files."""
    prefix = option("prefix")
    subprocess.run(["meson", "install", "--no-rebuild", "--quiet", "-C", places.BUILD, "--destdir", folder], check=True)
    installed = f"{folder}{prefix}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={installed}:{prefix}", prefix], check=True)


class UserSystemd:
    def __init__(self, folder):
        self.folder = folder
        self.user = pwd.getpwnam(USER)
        self.home = folder / "home"
        self.runtime = pathlib.Path(f"/run/user/{self.user.pw_uid}")
        self.group = CGROUPS / folder.name
        self.environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.home), "USER": USER, "LOGNAME": USER,
            "XDG_RUNTIME_DIR": str(self.runtime), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.runtime}/bus",
        }
        self.credentials = folder / "credentials"  # as the system's manager hands them down
        self.manager = None

    def start(self):
        self.home.mkdir(mode=0o700)
        os.chown(self.home, self.user.pw_uid, self.user.pw_gid)
        self.credentials.mkdir()
        self._mount("tmpfs", "/run/systemd")
        pathlib.Path("/run/systemd/system").mkdir()  # what libsystemd takes for a machine that runs systemd
        self._mount("tmpfs", self.runtime, f"mode=0700,uid={self.user.pw_uid},gid={self.user.pw_gid}")
        self._mount("cgroup2", CGROUPS)
        self.group.mkdir()
        for path in (self.group, self.group / "cgroup.procs", self.group / "cgroup.subtree_control"):
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        log = open(self.folder / "systemd.log", "ab")
        self.manager = subprocess.Popen(
            self._as_user("/lib/systemd/systemd", "--user", "--log-target=console"), stdout=log, stderr=log,
            env=self.environment | {"CREDENTIALS_DIRECTORY": str(self.credentials)}, preexec_fn=lambda: (self.group / "cgroup.procs").write_text(str(os.getpid())))
        waiting.until("the user's manager", lambda: self.systemctl("is-active", "default.target", check=False) == "active")
        return self

    def end(self):
        if self.manager:
            self.manager.terminate()
            self.manager.wait()
        if self.group.exists():
            for path, _, _ in os.walk(self.group, topdown=False):
                waiting.until("an empty control group", lambda: "populated 0" in (self.group / "cgroup.events").read_text())
                os.rmdir(path)

    def run(self, *words, check=True, **how):
        """As the user, in their session. Returns what it prints."""
        done = subprocess.run(self._as_user(*words), env=self.environment, cwd="/", text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=waiting.DEADLINE, **how)
        assert not check or done.returncode == 0, f"{words}: {done.stderr}\n{self.log()[-4000:]}"
        return done.stdout.strip()

    def systemctl(self, *words, check=True):
        return self.run("systemctl", "--user", *words, check=check)

    def show(self, name):
        return self.systemctl("show", "--value", f"--property={name}", UNIT)

    def drop_in(self, name, text):
        folder = self.runtime / "systemd" / "user" / f"{UNIT}.d"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.conf").write_text(text)
        self.systemctl("daemon-reload")

    def remove_drop_in(self, name):
        (self.runtime / "systemd" / "user" / f"{UNIT}.d" / f"{name}.conf").unlink()
        self.systemctl("daemon-reload")

    def start_server(self):
        """smserver with as much of its own unit's sandbox as a user's manager can give: all but the mounts."""
        kept = ("[", "Type=", "NotifyAccess=", "Lock", "Memory", "NoNew", "Restrict", "SystemCall", "Watchdog", "UMask")
        unit = [line for line in (places.BUILD / "systemd" / "smserver.service").read_text().splitlines()
                if line.startswith(kept)]
        where = unit.index("[Service]") + 1
        output = self.runtime / "smserver.out"
        unit[where:where] = [f"ExecStart={option('prefix')}/bin/smserver --listen 127.0.0.1:0 --state {self.home}/server",
                             f"StandardOutput=file:{output}"]
        folder = self.runtime / "systemd" / "user"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "smserver.service").write_text("\n".join(unit) + "\n")
        self.systemctl("daemon-reload")
        self.systemctl("start", "smserver.service")
        text = waiting.until("the server's URL and pin",
                             lambda: PIN.search(output.read_text()) and URL.search(output.read_text()) and output.read_text())
        return URL.search(text)[0], PIN.search(text)[0]

    def account(self, name):
        """A property of the account, without starting anything."""
        answer = self.run("busctl", "--user", "--auto-start=no", "--json=short", "get-property", BUS_NAME,
                          "/org/securemessenger/Messenger1", f"{BUS_NAME}.Account", name)
        return json.loads(answer)["data"]

    def pid(self):
        return int(self.show("MainPID"))

    def ping(self):
        """Any call does; the bus starts the service for it."""
        self.run("busctl", "--user", "call", BUS_NAME, "/org/securemessenger/Messenger1", "org.freedesktop.DBus.Peer", "Ping")

    def owner_pid(self):
        """Of the process that has the name on the bus."""
        return int(self.run("busctl", "--user", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
                            "org.freedesktop.DBus", "GetConnectionUnixProcessID", "s", BUS_NAME).split()[1])

    def log(self):
        return (self.folder / "systemd.log").read_text(errors="replace")

    def _as_user(self, *words):
        return ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups", *map(str, words)]

    @staticmethod
    def _mount(kind, place, options="mode=0755"):
        pathlib.Path(place).mkdir(parents=True, exist_ok=True)
        words = ["-o", options] if kind == "tmpfs" else []
        subprocess.run(["mount", "-t", kind, *words, kind, place], check=True)
