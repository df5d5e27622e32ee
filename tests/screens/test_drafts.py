"""What a form holds, and the requests that are made of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from manager.change.request import Loopback, Move, Publish, Unpublish
from manager.errors import InvalidPortSpec, NoSuchContainer
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot
from tui.drafts import Draft, requests, spec_of_row, wanted_spec
from tui.kinds import Kind
from tui.presentation.cells import plain
from tui.presentation.entry import Entry
from tui.presentation.fields import (
    address_choices,
    address_note,
    container_note,
    is_exposed,
    offered_ports,
    port_note,
    target_note,
)


def publish(**texts: object) -> Draft:
    return Draft(Kind.PUBLISH, **texts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("draft", "spec"),
    [
        (publish(), "0"),
        (publish(port="8080"), "8080"),
        (publish(port=" 8080 ", target="80", address="127.0.0.1"), "127.0.0.1:8080:80"),
        (publish(port="53", target="53/udp", address="::1"), "[::1]:53:53/udp"),
        (publish(port="0", target="80"), "0:80"),
        (publish(port="80", address="all"), "0.0.0.0:80"),
        (publish(port="8000-8002", target="80-82"), "8000-8002:80-82"),
    ],
)
def test_the_fields_spell_a_spec(draft: Draft, spec: str) -> None:
    assert wanted_spec(draft) == PortSpec.parse(spec)


@pytest.mark.parametrize(
    "texts",
    [
        {"port": "70000"},
        {"port": "x"},
        {"port": "9-8"},
        {"address": "localhost"},
        {"address": "300.1.1.1"},
        {"target": "80/foo"},
        {"port": "80-82", "target": "80-81"},
    ],
)
def test_bad_texts_are_refused_as_the_commands_refuse_them(texts: dict[str, str]) -> None:
    with pytest.raises(InvalidPortSpec):
        wanted_spec(publish(**texts))


def test_publish_needs_a_name() -> None:
    with pytest.raises(NoSuchContainer):
        requests(publish(port="8080"))
    made = requests(publish(container=" web ", port="8080", expose=True, save="file"))
    assert made == (
        Publish(container="web", specs=(PortSpec.parse("8080"),), expose=True, save="file"),
    )


def test_rows_become_one_request_a_container(shop: tuple[Entry, ...]) -> None:
    rows = tuple(e.row for e in shop if e.owner in {"web", "db", "dns"})
    made = requests(Draft(Kind.UNPUBLISH, rows))
    assert [type(request) for request in made] == [Unpublish] * 3
    assert [str(r.specs[0]) for r in made if isinstance(r, Unpublish)] == [
        "0.0.0.0:5432:5432/tcp",
        "127.0.0.1:5353:53/udp",
        "127.0.0.1:8080:80/tcp",
    ]
    assert all(isinstance(r, Loopback) for r in requests(Draft(Kind.LOOPBACK, rows)))
    assert requests(Draft(Kind.UNDO)) == ()


def test_move_names_the_old_and_the_new_place(shop: tuple[Entry, ...]) -> None:
    row = next(e.row for e in shop if e.owner == "web")
    (made,) = requests(Draft(Kind.MOVE, (row,), port="8081", address="127.0.0.1"))
    assert isinstance(made, Move)
    assert made.source == spec_of_row(row)
    assert made.target == PortSpec.parse("127.0.0.1:8081")


def test_notes_say_what_a_port_means(a_snapshot: Callable[..., Snapshot]) -> None:
    snapshot = a_snapshot()
    notes = {
        "": "a free one is picked",
        "8080": "",
        "80": "a system port",
        "40000": "hands to clients",
        "70000": "is not in 1-65535",
    }
    for port, said in notes.items():
        assert said in plain(port_note(publish(port=port), snapshot))


def test_notes_say_who_reaches_an_address() -> None:
    assert "this host only" in plain(address_note(publish()))
    assert "every network" in plain(address_note(publish(address="0.0.0.0")))
    assert "that address" in plain(address_note(publish(address="10.0.0.1")))
    assert "is a name" in plain(address_note(publish(address="localhost")))
    assert [is_exposed(publish(address=a)) for a in ("", "127.0.0.1", "*", "x")] == [
        False,
        False,
        True,
        False,
    ]


def test_notes_name_containers(a_container, a_snapshot) -> None:  # type: ignore[no-untyped-def]
    snapshot = a_snapshot(a_container("web", "|80|80/tcp"), a_container("web-2"))
    assert plain(container_note(publish(container="web"), snapshot)) == "running, *:80"
    assert plain(container_note(publish(container="web-2"), snapshot)) == "running, no ports yet"
    assert plain(container_note(publish(container="we"), snapshot)) == "web  web-2"
    assert "no container is named so" in plain(container_note(publish(container="x"), snapshot))


def test_targets_are_proposed(a_container) -> None:  # type: ignore[no-untyped-def]
    from manager.model.ports import Port

    web = a_container("web", "|80|80/tcp", exposed=(Port(443), Port(80)))
    assert [str(p) for p in offered_ports(web)] == ["443/tcp", "80/tcp"]
    assert offered_ports(None) == ()
    assert "one of 443/tcp  80/tcp" in plain(target_note(publish(), offered_ports(web)))
    assert "its only one" in plain(target_note(publish(), (Port(80),)))
    assert "it exposes none" in plain(target_note(publish(), ()))
    assert "unknown protocol" in plain(target_note(publish(target="1/x"), ()))


def test_addresses_are_proposed_loopback_first() -> None:
    from manager.model.ports import parse_ip

    found = address_choices([parse_ip("10.0.0.2"), parse_ip("127.0.0.1")])
    assert found == ("127.0.0.1", "0.0.0.0", "::1", "::", "10.0.0.2")
