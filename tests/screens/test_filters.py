"""The filter language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.presentation.entry import Entry
from tui.presentation.filters import completions, matching, parse_filter


def names(entries: tuple[Entry, ...], text: str) -> list[str]:
    return [entry.owner for entry in matching(entries, text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["db", "dns", "idle", "mail", "old", "web"]),
        ("web", ["web"]),
        ("POSTGRES", ["db", "old"]),
        (":8080", ["web"]),
        (":80", ["web"]),
        (":80/", ["web"]),
        (":8/", []),
        (":53", ["dns"]),
        (":5000-6000", ["db", "dns", "old"]),
        (":6000-5000", []),
        ("exposed", ["db", "mail"]),
        ("loopback", ["dns", "idle", "web"]),
        ("conflict", ["old"]),
        ("stopped", ["idle", "old"]),
        ("running", ["db", "dns", "mail", "web"]),
        ("udp", ["dns"]),
        ("project:shop", ["db", "web"]),
        ("project:shop exposed", ["db"]),
        ("service:web", ["web"]),
        ("image:postgres:16", ["db"]),
        ("state:exited", ["idle", "old"]),
        ("address:192.168", ["mail"]),
        ("-exposed -stopped", ["dns", "web"]),
        ("!project:shop tcp", ["idle", "mail", "old"]),
        ("127.0.0.1:8080", ["web"]),
        ("nothing-like-it", []),
        (":nonsense", []),
        ("project:", []),
        ("-", []),
        ("process", []),
    ],
)
def test_words_must_all_hold(shop: tuple[Entry, ...], text: str, found: list[str]) -> None:
    assert names(shop, text) == found


@given(st.text(max_size=30))
def test_there_is_no_wrong_filter(text: str) -> None:
    assert len(parse_filter(text)) == len(text.split())


def test_completions_know_words_fields_and_values(shop: tuple[Entry, ...]) -> None:
    assert completions("exp", shop) == ("exposed",)
    assert completions("web conf", shop) == ("web conflict",)
    assert completions("proj", shop) == ("project:",)
    assert completions("project:", shop) == ("project:net", "project:shop")
    assert completions("bogus:x", shop) == ()
    assert completions("", shop) == ()
