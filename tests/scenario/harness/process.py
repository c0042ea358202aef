# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that run in the background of a scenario, each with a log file, none outliving it."""
import os
import pathlib
import signal
import subprocess

from harness import waiting

ALWAYS = ("PATH", "SM_BUILD")


def environment(folder, **more):
    """A small environment: nothing of the person who runs the tests gets in. Sanitizers report into the folder.

    Without intercept_tls_get_addr=0, the search for leaks crashes over the thread-local data of loaded modules.
    """
    env = {key: os.environ[key] for key in ALWAYS if key in os.environ}
    report = f"log_path={folder}/sanitizer:exitcode=99:print_stacktrace=1"
    env |= {
        "LANG": "C.UTF-8",
        "ASAN_OPTIONS": f"{report}:detect_stack_use_after_return=1:intercept_tls_get_addr=0",
        "UBSAN_OPTIONS": f"{report}:halt_on_error=1",
    }
    return env | more


def sanitizer_reports(folder):
    return "\n".join(path.read_text(errors="replace") for path in sorted(folder.rglob("sanitizer.*")))


class Process:
    """One program. Its output goes to FOLDER/NAME.log, appended to by every start."""

    def __init__(self, name, folder, arguments, env):
        self.name, self.arguments, self.env = name, [str(a) for a in arguments], env
        self.folder = folder
        self.log_path = folder / f"{name}.log"
        self.process = None

    def start(self, **how):
        assert not self.running, f"{self.name} runs already"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.arguments, env=self.env, cwd=self.folder,
                                            **({"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log} | how))

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def check_running(self):
        """True while it runs; what it said last, if it does not."""
        assert self.running, f"{self.name} ended with {self.process.returncode}:\n{self.log()[-4000:]}"
        return True

    def freeze(self):
        """It does nothing until thaw(). A stop signal takes its time to reach every thread."""
        os.kill(self.pid, signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.pid}/task")

        def is_stopped(task):
            try:
                return task.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "T"
            except (FileNotFoundError, ProcessLookupError):  # a thread that has ended
                return True
        waiting.until(f"the stop of {self.name}", lambda: all(map(is_stopped, tasks.iterdir())))

    def thaw(self):
        os.kill(self.pid, signal.SIGCONT)

    def kill(self):
        """As a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Asks it to end; returns its exit code."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(waiting.DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGABRT)  # leaves a trace of where it hangs, where cores are kept
                self.process.wait()
                raise AssertionError(f"{self.name} does not end on SIGTERM") from None
        return self.process.returncode if self.process else 0
