# SPDX-License-Identifier: GPL-3.0-or-later
"""A session bus of its own for each person, and calls over it."""
import os
import subprocess

import gi

from harness.process import Process, environment

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.securemessenger.Messenger1"
ROOT = "/org/securemessenger/Messenger1"
ERROR = NAME + ".Error."

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <servicedir>{services}</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class DBusError(Exception):
    """name: without the project's prefix, where it has that."""

    def __init__(self, error):
        full = Gio.DBusError.get_remote_error(error) or ""
        Gio.DBusError.strip_remote_error(error)
        self.name = full.removeprefix(ERROR)
        self.text = error.message
        super().__init__(f"{self.name}: {self.text}")


class Bus:
    def __init__(self, folder):
        socket = folder / "bus"
        config = folder / "bus.conf"
        services = folder / "services"  # what the bus can start: nothing, unless a test puts it there
        services.mkdir(exist_ok=True)
        config.write_text(CONFIG.format(socket=socket, services=services))
        self.address = f"unix:path={socket}"
        self.process = Process("dbus-daemon", folder,
                               ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--nosyslog",
                                "--print-address"],
                               environment(folder))
        self.process.start(stdout=subprocess.PIPE)
        assert self.process.process.stdout.readline(), self.process.log()  # it listens
        self.connection = Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connection.set_exit_on_close(False)

    def call(self, member, signature="()", arguments=(), fds=(), path=ROOT, name=NAME):
        """member: INTERFACE.METHOD, below the project's prefix or in full. Returns the reply, unpacked."""
        interface, method = member.rsplit(".", 1)
        if "." not in interface:
            interface = f"{NAME}.{interface}"
        fd_list = Gio.UnixFDList.new()
        for fd in fds:
            fd_list.append(fd)  # dup()s it
        try:
            reply, _ = self.connection.call_with_unix_fd_list_sync(
                name, path, interface, method, GLib.Variant(signature, arguments), None,
                Gio.DBusCallFlags.NO_AUTO_START, 120_000, fd_list, None)
        except GLib.Error as error:
            raise DBusError(error) from None
        return reply.unpack()

    def begin(self, member, signature="()", arguments=(), fds=(), path=ROOT, name=NAME):
        """A call whose answer nobody waits for."""
        interface, method = member.rsplit(".", 1)
        fd_list = Gio.UnixFDList.new()
        for fd in fds:
            fd_list.append(fd)
        self.connection.call_with_unix_fd_list(
            name, path, f"{NAME}.{interface}", method, GLib.Variant(signature, arguments), None,
            Gio.DBusCallFlags.NO_AUTO_START, 120_000, fd_list, None, None)
        self.connection.flush_sync(None)

    def property(self, interface, name, path=ROOT):
        value, = self.call("org.freedesktop.DBus.Properties.Get", "(ss)", (f"{NAME}.{interface}", name), path=path)
        return value

    def has(self, name):
        owned, = self.call("org.freedesktop.DBus.NameHasOwner", "(s)", (name,),
                           path="/org/freedesktop/DBus", name="org.freedesktop.DBus")
        return owned

    def stop(self):
        self.connection.close_sync(None)
        self.process.stop()
        self.process.process.stdout.close()


def in_memory(data):
    """A file descriptor from which data can be read, as passwords and texts are handed over."""
    fd = os.memfd_create("handed-over")
    os.write(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
