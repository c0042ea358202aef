# SPDX-License-Identifier: GPL-3.0-or-later
"""What was said is found again, by those who were there, in the script that it was said in."""
import pytest

from harness.refusal import call
from harness.waiting import until


def found(user, *words, expect=0):
    """The texts that smctl finds, and what it marks in each."""
    results = user.smctl("--json", "search", *words, expect=expect).lines
    marked = [[r["snippet"][begin:end] for begin, end in r["matches"]] for r in results]
    return [r["message"]["text"] for r in results], marked


@pytest.fixture
def said(alice, bob):
    """Some of what people say."""
    texts = ["The Café opens at ۹", "می‌خواهم کتاب بخوانم", "明日は東京都庁に行きます", "Straße 12, second floor",
             "a cafe again"]
    if not alice.smctl("--json", "search", "Straße").lines:
        for text in texts:
            alice.send(bob, text)
        bob.wait_text(alice, texts[-1])
        bob.send(alice, "which café, and whose?")
        alice.wait_text(bob, "which café, and whose?")
    return alice, bob


def test_both_find_it(said):
    for user in said:
        assert found(user, "CAFE") == (["which café, and whose?", "a cafe again", "The Café opens at ۹"],
                                       [["café"], ["cafe"], ["Café"]])
        assert found(user, "cafe", "9")[0] == ["The Café opens at ۹"]
        assert found(user, "caf ag")[0] == ["a cafe again"]
        assert found(user, "caffe")[0] == []


@pytest.mark.parametrize("words, marked", [
    ("میخواهم", ["می‌خواهم"]), ("می خواهم", ["می‌خواهم"]), ("مي‌خواهم", ["می‌خواهم"]), ("كتاب", ["کتاب"]),
    ("خواهم", ["خواهم"]), ("京都", ["京都"]), ("都庁", ["都庁"]), ("strasse", ["Straße"]),
])
def test_scripts(said, words, marked):
    assert found(said[0], words)[1] == [marked]


def test_in_one_conversation(said, stage, server):
    alice, bob = said
    carol = stage.member("carol", server)
    alice.send(carol, "a cafe for the two of us")
    assert len(found(alice, "cafe")[0]) == 4
    assert found(alice, "--in", carol.name, "cafe")[0] == ["a cafe for the two of us"]
    assert found(alice, "--in", bob.name, "--limit", "1", "cafe")[0] == ["which café, and whose?"]
    alice.smctl("search", "--in", "nobody-there", "cafe", expect=25)


def test_for_a_person(said):
    alice, bob = said
    result = alice.smctl("search", "cafe", "again", expect=0)
    assert result.out.endswith(f"{alice.name} to {bob.name}: a cafe again\n"), result
    assert bob.smctl("search", "again", expect=0).out.endswith(f" {alice.name}: a cafe again\n")


def test_pages(said, stage, server):
    """Page by page, and over many calls: each once, newest first."""
    alice, _ = said
    dave = stage.member("dave", server)
    for n in range(230):
        call(alice, "Messages.Send", dave.name, f"paging {n}")
    until("they are sent", lambda: alice.account("QueuedMessages") == 0)
    expected = [f"paging {n}" for n in reversed(range(230))]
    assert found(alice, "--limit", "0", "paging")[0] == expected
    assert found(alice, "paging")[0] == expected[:50]
    first = alice.smctl("--json", "search", "--limit", "3", "paging").lines
    assert found(alice, "--limit", "3", "--before", first[-1]["message"]["number"], "paging")[0] == expected[3:6]


def test_nothing_is_syntax(said):
    """What means something to a search engine elsewhere is a word here, or nothing."""
    alice, _ = said
    assert found(alice, '"cafe', 'OR', 'zzz"')[0] == []
    assert found(alice, "cafe* AND -again")[0] == []  # nobody said "and" beside these two
    assert found(alice, "again*")[0] == ["a cafe again"]
    assert found(alice, "'; DROP TABLE message; --")[0] == []


@pytest.mark.parametrize("words", [["-- * \""], ["\u200c"], ["x" * 2000], [" ".join(f"word{n}" for n in range(17))]])
def test_refused(said, words):
    refused = said[0].smctl("search", "--", *words, expect=29)
    assert "16 words" in refused.err, refused


def test_usage(alice):
    alice.smctl("search", expect=2)
    alice.smctl("search", *["word"] * 17, expect=2)
    alice.smctl("search", "\udcff", expect=2)
    alice.smctl("search", "--limit", "some", "word", expect=2)


def test_locked(said):
    alice, _ = said
    alice.lock()
    alice.smctl("search", "cafe", expect=5)
    alice.unlock()
    assert len(found(alice, "--limit", "2", "cafe")[0]) == 2
