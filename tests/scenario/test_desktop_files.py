# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells the desktop of the window: files that its own tools take, and that agree with each other."""
import configparser
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from harness import places

ID = "org.securemessenger.SecureMessenger"
DATA = places.BUILD / "gtk-ui" / "data"
pytestmark = pytest.mark.skipif(not places.WINDOW.exists(), reason="the window is not built")


def accepts(*command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]}")
    done = subprocess.run([str(word) for word in command], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def read(path):
    parser = configparser.RawConfigParser(strict=False, delimiters="=")
    parser.optionxform = str
    parser.read(path)
    return parser


def test_desktop_file():
    assert accepts("desktop-file-validate", DATA / f"{ID}.desktop") == ""


def test_metainfo():
    accepts("appstreamcli", "validate", "--no-net", DATA / f"{ID}.metainfo.xml")


def test_they_agree():
    entry = read(DATA / f"{ID}.desktop")["Desktop Entry"]
    service = read(DATA / f"{ID}.service")["D-BUS Service"]
    component = ElementTree.parse(DATA / f"{ID}.metainfo.xml").getroot()
    program = places.WINDOW.name
    assert service["Name"] == component.findtext("id") == entry["Icon"] == ID
    assert entry["DBusActivatable"] == "true"
    assert entry["Exec"] == program == component.findtext("provides/binary")
    assert service["Exec"].endswith(f"/{program} --gapplication-service")
    assert component.findtext("launchable") == f"{ID}.desktop"
    assert component.findtext("name") == entry["Name"]


@pytest.mark.parametrize("name", [f"{ID}.svg", f"{ID}-symbolic.svg"])
def test_icons(name):
    icon = ElementTree.parse(places.SOURCE / "gtk-ui" / "icons" / name).getroot()
    assert icon.tag.endswith("svg") and icon.get("width") == icon.get("height")
