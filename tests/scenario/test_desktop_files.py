# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells the desktop of the window: files that its own tools take, and that agree with each other."""
import configparser
import re
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


def test_screenshots():
    """What the metainfo names is in the tree, and the tree has no more and nothing larger than it should."""
    folder = places.SOURCE / "docs" / "screenshots"
    there = {path.name: path.stat().st_size for path in folder.iterdir()}
    component = ElementTree.parse(DATA / f"{ID}.metainfo.xml").getroot()
    named = [image.text.rsplit("/", 1)[1] for image in component.iterfind("screenshots/screenshot/image")]
    assert named and set(named) <= set(there)
    shown = re.findall(r"docs/screenshots/([\w.-]+)", (places.SOURCE / "README.md").read_text())
    assert shown and set(shown) <= set(there)
    assert len(there) <= 8 and all(size < 150 * 1024 for size in there.values()), there


@pytest.mark.parametrize("name", [f"{ID}.svg", f"{ID}-symbolic.svg"])
def test_icons(name):
    icon = ElementTree.parse(places.SOURCE / "gtk-ui" / "icons" / name).getroot()
    assert icon.tag.endswith("svg") and icon.get("width") == icon.get("height")
