# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed for systemd: units that it takes as they are, and a server in a tight sandbox."""
import configparser
import os
import re
import shutil
import subprocess

import pytest

from harness import places
from harness.wire import certificate

UNITS = places.BUILD / "systemd"
EXPOSURE_MAX = 2.0
EXAMPLE = places.SOURCE / "systemd" / "smserver.conf"


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"there is no {program}")


def run(tmp_path, *words):
    env = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_COLORS": "0"}
    return subprocess.run([str(word) for word in words], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def read(path):
    parser = configparser.RawConfigParser(strict=False, delimiters="=")
    parser.optionxform = str
    parser.read(path)
    return parser


@needs("systemd-analyze")
def test_server_exposure(tmp_path):
    done = run(tmp_path, "systemd-analyze", "security", "--offline=true", "--no-pager",
               f"--threshold={int(EXPOSURE_MAX * 10)}", UNITS / "smserver.service")
    assert done.returncode == 0, done.stdout


@needs("systemd-analyze")
@pytest.mark.parametrize("unit, program, scope", [
    ("smserver.service", places.SMSERVER, "--system"),
    ("secure-messenger.service", places.SMD, "--user"),
])
def test_units_are_understood(tmp_path, unit, program, scope):
    installed = read(UNITS / unit)["Service"]["ExecStart"].split()[0]
    copy = tmp_path / unit
    copy.write_text((UNITS / unit).read_text().replace(installed, "/bin/true"))
    done = run(tmp_path, "systemd-analyze", "verify", scope, "--man=no", "--recursive-errors=no", copy)
    if "Failed to initialize manager" in done.stdout:
        pytest.skip(done.stdout)
    assert done.returncode == 0 and unit not in done.stdout, done.stdout
    assert os.path.basename(installed) == program.name


def test_bus_and_unit_agree():
    bus = read(UNITS / "org.securemessenger.Messenger1.service")["D-BUS Service"]
    unit = read(UNITS / "secure-messenger.service")["Service"]
    assert bus["Name"] == unit["BusName"]
    assert bus["Exec"] == unit["ExecStart"]
    assert (UNITS / bus["SystemdService"]).exists()


def example_without_comments(folder):
    """The shipped configuration with every key in force."""
    path = folder / "all.conf"
    path.write_text(re.sub(r"^#([a-z-]+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE))
    return path


def test_shipped_configuration_changes_nothing():
    assert not any(read(EXAMPLE)[section] for section in read(EXAMPLE).sections())


def test_shipped_configuration_is_understood(tmp_path):
    """With every key in force, once the files that it names are there."""
    config, invitations = example_without_comments(tmp_path), tmp_path / "invitations"
    invitations.write_text("a-token\n")
    chain, key, _ = certificate(tmp_path)
    text = config.read_text()
    for shipped, here in (("/etc/secure-messenger/invitations", invitations), ("/etc/secure-messenger/chain.pem", chain),
                          ("/run/credentials/smserver.service/key.pem", key)):
        assert shipped in text
        text = text.replace(shipped, str(here))
    config.write_text(text)
    done = run(tmp_path, places.SMSERVER, "--config", config, "--check")
    assert done.returncode == 0, done.stdout


def test_shipped_configuration_is_complete(tmp_path):
    """Each key that the server knows, with the server's own default."""
    known = re.findall(r'^\s*{"([a-z]+)", "([a-z-]+)", CONFIG_[A-Z]+, FIELD\([a-z_]+\)(?:, "([^"]+)")?',
                       (places.SOURCE / "server" / "config.c").read_text(), flags=re.MULTILINE)
    shipped = read(example_without_comments(tmp_path))
    assert len(known) > 30
    assert {(section, key) for section, key, _ in known} == \
        {(section, key) for section in shipped.sections() for key in shipped[section]}
    for section, key, default in known:
        assert not default or shipped[section][key] == default, key


@needs("systemd-tmpfiles")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to root")
def test_configuration_is_kept(tmp_path):
    """The commented configuration comes where there is none, and never again."""
    source = (UNITS / "smserver.tmpfiles").read_text()
    rule = next(line.split() for line in source.splitlines() if line.startswith("C "))
    example = tmp_path / rule[-1].lstrip("/")
    example.parent.mkdir(parents=True)
    example.write_text("# as shipped\n")
    (tmp_path / "rules.conf").write_text(source)
    config = tmp_path / rule[1].lstrip("/")
    for expected in ("# as shipped\n", "# as edited\n"):
        done = run(tmp_path, "systemd-tmpfiles", "--create", f"--root={tmp_path}", tmp_path / "rules.conf")
        assert done.returncode == 0, done.stdout
        assert config.read_text() == expected
        config.write_text("# as edited\n")
