#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb table of smctl is one of several places that name verbs, options and exit codes. Here they meet.

Usage: agreement.py SMCTL SOURCE-ROOT
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

SMCTL, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
COMPLETIONS = ROOT / "cli" / "completions"
MANUAL = (ROOT / "docs" / "man" / "smctl.1.scd").read_text()


def run(*command, text=None):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True, check=True).stdout


def table():
    """verb: its options, as the program knows them."""
    lines = run(SMCTL, "help", "--json").splitlines()
    return {row["verb"]: set(row["options"]) for row in map(json.loads, lines)}


def section(name):
    return MANUAL.split(f"\n# {name}\n")[1].split("\n# ")[0]


def exit_codes():
    """In the architecture, in the manual and in the header: code, and the daemon's name for it or ''."""
    architecture = {
        int(code): "" if name == "(none)" else name
        for name, code in re.findall(r"^\| (\S+) \| (\d+) \|", (ROOT / "docs/architecture.md").read_text(), re.M)}
    manual = {
        int(code): "" if name == "-" else name
        for code, name in re.findall(r"^\|  (\d+)\n:  (\S+)\n:  \S", section("EXIT STATUS"), re.M)}
    header = {
        int(code) for code in re.findall(r"CLIENT_FAILURE_\w+ = (\d+)", (ROOT / "client/failure.h").read_text())}
    rows = dict(re.findall(r'\{CLIENT_FAILURE_(\w+),\s*(NULL|"\w+")', (ROOT / "client/failure.c").read_text()))
    numbers = dict(re.findall(r"CLIENT_FAILURE_(\w+) = (\d+)", (ROOT / "client/failure.h").read_text()))
    source = {int(numbers[key]): "" if name == "NULL" else name.strip('"') for key, name in rows.items()}
    assert len(architecture) > 25, "the table of docs/architecture.md was not found"
    assert architecture == manual, f"architecture.md and smctl(1): {set(architecture.items()) ^ set(manual.items())}"
    assert architecture == source, f"architecture.md and failure.c: {set(architecture.items()) ^ set(source.items())}"
    assert set(architecture) == header, f"architecture.md and failure.h: {set(architecture) ^ header}"


def manual(verbs):
    documented = re.findall(r"^\*([\w-]+)\*(?= |$)", section("VERBS"), re.M)
    documented += [second for pair in re.findall(r"^\*[\w-]+\*, \*([\w-]+)\*", section("VERBS"), re.M) for second in [pair]]
    assert documented == list(verbs), f"verbs of smctl(1): {documented}"
    options = set(re.findall(r"^\*--([a-z-]+)\*", section("OPTIONS"), re.M))
    known = set().union(*verbs.values()) | {"version"}
    assert options == known, f"options of smctl(1): {options ^ known}"
    keys = section("JSON")
    for verb in verbs:
        assert re.search(rf"^(\*[\w-]+\*, )*\*{verb}\*(, |$)", keys, re.M), f"smctl(1) does not say what {verb} --json prints"


def help_text(verbs):
    text = run(SMCTL, "--help")
    assert re.findall(r"^  (\w[\w-]*) ", text, re.M) == list(verbs), text
    for verb, options in verbs.items():
        for text in (run(SMCTL, "help", verb), run(SMCTL, verb, "--help")):
            assert set(re.findall(r"^  --([a-z-]+)", text, re.M)) == options, text


def bash(verbs):
    def complete(*words):
        script = f'source {COMPLETIONS / "smctl.bash"}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _smctl; ' \
                 'printf "%s\\n" "${COMPREPLY[@]}"'
        return run("bash", "--norc", "-c", script, "bash", "smctl", *words).split()
    assert complete("") == list(verbs), complete("")
    assert complete("--ser") == [] and complete("register", "--ser") == ["--server", "--server-pin"]
    assert complete("help", "st") == ["status"]
    assert complete("--json", "--password-fd", "3", "unl") == ["unlock"]
    for verb, options in verbs.items():
        found = {word[2:] for word in complete(verb, "-")}
        assert found == options, f"bash, {verb}: {found ^ options}"


def fish(verbs):
    def complete(words):
        script = f'source {COMPLETIONS / "smctl.fish"}; complete -C "smctl {words}"'
        return [line.split("\t")[0] for line in run("fish", "--no-config", "-c", script).splitlines()]
    assert set(complete("")) == set(verbs), complete("")
    for verb, options in verbs.items():
        found = {word[2:].rstrip("=") for word in complete(f"{verb} --") if word.startswith("--")}
        assert found == options, f"fish, {verb}: {found ^ options}"


def zsh(verbs):
    source = (COMPLETIONS / "_smctl").read_text()
    run("zsh", "-f", "-n", COMPLETIONS / "_smctl")
    named = re.findall(r"^        ['\"]([\w-]+):", source, re.M)
    assert named == list(verbs), f"zsh: {named}"
    groups = {name: set(re.findall(r"--([a-z-]+)[=\[]", body))
              for name, body in re.findall(r"^    (password|server)=\((.*?)\n    \)", source, re.M | re.S)}
    cases = dict(re.findall(r"^    ([\w-]+)\)(.*?);;", source, re.M | re.S))
    for verb, options in verbs.items():
        case = cases.get(verb, "")
        found = {"json", "help"} | set(re.findall(r"--([a-z-]+)[=\[]", case))
        for name, members in groups.items():
            found |= members if f"${name}" in case else set()
        assert found == options, f"zsh, {verb}: {found ^ options}"


def kinds():
    """Of events and of messages: in the daemon, in the interfaces, in the manual, and where smctl words notices."""
    def daemon(file, table):
        body = re.search(rf"{table}\[\] = {{(.*?)}};", (ROOT / "daemon" / file).read_text(), re.S)[1]
        return set(re.findall(r'\] = "([\w-]+)"', body))

    def words(text, begin, end):
        return set(re.findall(r'"([\w-]+)"', text.split(begin)[1].split(end)[0]))

    def interface(name):
        return (ROOT / "dbus-interfaces" / f"org.securemessenger.Messenger1.{name}.xml").read_text()
    places = {
        "events": (daemon("event.c", "names"), words(interface("Events"), "Kinds:", "<interface") - {"deleted", "timer-change", "expired"},
                   words(section("JSON"), "An event: ", "*conversation*")),
        "messages": (daemon("message.c", "kind_names"), words(interface("Messages"), "`kind` (s): ", "Expect others"),
                     words(section("JSON"), "A message: ", "*text*")),
    }
    for name, (known, bus, man) in places.items():
        assert len(known) > 10, f"the kinds of {name} were not found"
        assert known == bus, f"{name}, daemon and interface: {known ^ bus}"
        assert known == man, f"{name}, daemon and smctl(1): {known ^ man}"
    worded = set(re.findall(r'message->kind, "([\w-]+)"', (ROOT / "cli" / "output.c").read_text()))
    worded |= set(re.findall(r'^ +{"([\w-]+)", N_', (ROOT / "client" / "group-notice.c").read_text(), re.M))
    worded |= set(re.findall(r'message->kind, "([\w-]+)"', (ROOT / "cli" / "group-words.c").read_text()))
    assert places["messages"][0] <= worded, f"kinds without words: {places['messages'][0] - worded}"


def main():
    verbs = table()
    kinds()
    exit_codes()
    manual(verbs)
    help_text(verbs)
    for shell, check in (("bash", bash), ("fish", fish), ("zsh", zsh)):
        if shutil.which(shell):
            check(verbs)
        else:
            print(f"{shell} is not here: its completion was not looked at")


main()
