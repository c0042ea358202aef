# SPDX-License-Identifier: GPL-3.0-or-later
"""Coming back to a group whose changes were missed."""
from harness.waiting import until


def info(user, group):
    return user.smctl("--json", "group", "info", group, expect=0).json


def texts(user, group):
    return [m["text"] for m in user.history(group, 500) if m["kind"] == "text"]


def test_rejoin(stage):
    server = stage.server()
    anna, bert, carol = people = [stage.member(name, server) for name in ("anna", "bert", "carol")]
    for person in (bert, carol):
        anna.send(person, "hello")
        person.wait_text(anna, "hello")
        person.smctl("accept", anna.name, expect=0)
    anna.smctl("group", "create", "family", bert.name, carol.name, expect=0)
    until("carol is in", lambda: carol.smctl("--json", "group", "list").lines != [])
    carol.stop()
    anna.smctl("group", "renew", "family", expect=0)
    anna.smctl("group", "renew", "family", expect=0)
    until("bert follows", lambda: info(bert, "family")["epoch"] == info(anna, "family")["epoch"])
    server.forget_what_waits()
    for person in (anna, bert):
        person.smctl("reconnect", expect=0)
        person.wait_online()
    carol.start()
    carol.unlock()
    carol.wait_online()
    anna.smctl("send", "+family", "where is carol?", expect=0)
    until("she has lost track", lambda: info(carol, "family")["standing"] == "lost")
    carol.smctl("send", "+family", "here?", expect=50)
    carol.smctl("group", "rejoin", "family", expect=0)
    until("she is back", lambda: info(carol, "family")["standing"] == "member")
    carol.smctl("send", "+family", "here I am again", expect=0)
    for person in (anna, bert):
        until("it is read", lambda: "here I am again" in texts(person, "+family"))
    anna.smctl("send", "+family", "welcome back", expect=0)
    until("she reads", lambda: "welcome back" in texts(carol, "+family"))
    until("all agree", lambda: len({(info(p, "family")["epoch"], info(p, "family")["authenticator"]) for p in people}) == 1)
