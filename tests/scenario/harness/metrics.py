# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server counts, as Prometheus would read it."""
import re
import urllib.request

SAMPLE = re.compile(r"^smserver_([a-z_]+)(?:\{([^}]*)\})? ([0-9.e+-]+)$")


def read(url):
    """{name: value}, where a name may have its labels: 'errors_total{code="busy"}'."""
    found = {}
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        for line in answer.read().decode().splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                found[name + (f"{{{labels}}}" if labels else "")] = float(value)
    return found
