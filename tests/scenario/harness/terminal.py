# SPDX-License-Identifier: GPL-3.0-or-later
"""smctl at a terminal: what a person sees, and types."""
import os
import pty
import subprocess
import termios
import threading

from harness import places
from harness.waiting import DEADLINE, until


class Terminal:
    """A user's smctl with a pseudo-terminal as its controlling one."""

    def __init__(self, user, *arguments):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.process = subprocess.Popen([places.SMCTL, *arguments], env=user.env | {"TERM": "dumb"}, cwd=user.folder,
                                        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
        self.seen = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        try:
            while data := os.read(self.master, 4096):
                self.seen += data.decode(errors="replace")
        except OSError:  # nobody has the other side any more
            pass

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def wait_for(self, text):
        until(f"{text!r} at the terminal, which shows {self.seen!r}", lambda: text in self.seen)

    def wait_end(self):
        """Its exit code, once everything that it said has been seen."""
        code = self.process.wait(DEADLINE)
        if self.slave is not None:
            os.close(self.slave)
            self.slave = None
        self.reader.join(DEADLINE)
        return code
