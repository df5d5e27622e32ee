"""The story of a row, its state, and what is offered for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from manager.model.container import Container, ContainerState
from manager.model.exposure import Exposure
from manager.model.inside import inside_view
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import Port, parse_ip
from manager.model.probing import ProbeResult, Target
from manager.model.snapshot import EngineInfo, Snapshot
from manager.model.story import why
from manager.model.truth import RowTruth
from manager.model.verdict import Verdict
from tui.presentation.cells import line_width, plain
from tui.presentation.entry import Asked, Entry, entries
from tui.presentation.glyphs import UNICODE
from tui.presentation.offers import offered, why_not
from tui.presentation.state import state_of
from tui.presentation.story import story, story_lines

ENGINE = EngineInfo("unix:///var/run/docker.sock", "28.5.1")


def tell(entry: Entry, engine: EngineInfo = ENGINE, columns: int = 500) -> str:
    told = story(entry, engine, UNICODE)
    facts, steps = story_lines(told, columns)
    return "\n".join([plain(told.title), *map(plain, facts), *map(plain, steps)])


def named(shop: tuple[Entry, ...], name: str) -> Entry:
    return next(entry for entry in shop if entry.owner == name)


def test_a_loopback_port(shop: tuple[Entry, ...]) -> None:
    assert tell(named(shop, "web")).splitlines() == [
        "127.0.0.1:8080 → 80/tcp  web",
        "Open to  This host: nobody outside can connect.",
        "State    ● declared  ● bound  · answering  Held as it was asked for.",
        "Who      web of nginx:1, running.",
        "From     project shop, service web, /srv/shop/compose.yaml.",
        "Next      p  publish more   m  move it   u  take it away",
    ]


def test_an_old_engine_lets_neighbours_reach_loopback_ports(shop: tuple[Entry, ...]) -> None:
    assert "Before engine 28" in tell(named(shop, "web"), replace(ENGINE, version="20.10.24"))
    assert "Before engine 28" not in tell(named(shop, "web"), replace(ENGINE, version="29.0"))


def test_an_exposed_port_offers_loopback_first(shop: tuple[Entry, ...]) -> None:
    text = tell(named(shop, "db"))
    assert "All networks: no address was asked for" in text
    assert "Asked *:5432; the engine holds 0.0.0.0:5432 and [::]:5432." in text
    assert offered(named(shop, "db")) == ("loopback", "publish", "move", "unpublish")


def test_a_conflict_names_the_holder_and_the_way_out(shop: tuple[Entry, ...]) -> None:
    text = tell(named(shop, "old"))
    assert "old is exited and could not start: *:5432/tcp is held by container db" in text
    assert "pmap move db" in text
    assert "Would be all networks" in text
    assert offered(named(shop, "old"))[0] == "move"
    assert state_of(named(shop, "old")).word == "conflict"


@pytest.mark.parametrize(
    ("answer", "word", "said"),
    [
        ("open", "answers", "Answers  http, 200 OK, in 12 ms."),
        ("closed-at-once", "silent", "Answers  Nothing does: the connection is taken and closed"),
        ("refused", "silent", "Answers  Nothing does: the connection is refused."),
        ("timeout", "silent", "Answers  Nothing does: the connection is not answered."),
        ("error", "silent", "Answers  Nothing does: 200 OK."),
        ("silent", "bound", "Answers  Nothing came back, which proves nothing of UDP."),
    ],
)
def test_an_answer_is_told(shop: tuple[Entry, ...], answer: str, word: str, said: str) -> None:
    entry = asked(named(shop, "web"), answer=answered(answer))
    assert state_of(entry).word == word
    assert state_of(entry).answering is {"open": True, "silent": None}.get(answer, False)
    assert said in tell(entry)


def test_what_listens_inside_is_told(shop: tuple[Entry, ...]) -> None:
    web = named(shop, "web")
    inner = HostSocket(parse_ip("0.0.0.0"), 8080)
    good = inside_view(Port(80), [HostSocket(parse_ip("0.0.0.0"), 80)])
    assert "in 12 ms. Something listens on 80/tcp in the container." in tell(
        asked(web, answer=answered("open"), inside=good)
    )
    reason = why(web.row, inside=inside_view(Port(80), [inner]), answer="closed-at-once")
    text = tell(asked(web, answer=answered("closed-at-once"), why=reason))
    assert "Why      nothing listens on 80 in the container; it listens on 8080." in text
    assert "pmap move web 8080 127.0.0.1:8080:8080" in text


def test_who_reaches_it_is_told_with_the_reason(shop: tuple[Entry, ...]) -> None:
    caveat = "ufw denies incoming connections and does not stop this one"
    verdict = Verdict(Exposure.ALL, "every network of this host", (caveat, "second"))
    text = tell(asked(named(shop, "db"), verdict=verdict))
    assert f"Open to  All networks: {caveat}. Second." in text


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        (ContainerState.RUNNING, "Up 3 hours (unhealthy)", "running (unhealthy)."),
        (ContainerState.RUNNING, "Up Less than a second", "running."),
        (ContainerState.EXITED, "Exited (137) 2 days ago", "exited (137)."),
        (ContainerState.UNKNOWN, "", "unknown."),
    ],
)
def test_no_duration_is_told_that_goes_stale(
    a_container: Callable[..., Container],
    a_snapshot: Callable[..., Snapshot],
    state: ContainerState,
    status: str,
    said: str,
) -> None:
    container = a_container("web", "|80|80/tcp", state=state, status=status)
    assert f"web of nginx:1, {said}" in tell(entries(a_snapshot(container))[0])


def test_a_row_that_is_being_asked_says_so(shop: tuple[Entry, ...]) -> None:
    facts, _ = story_lines(story(named(shop, "web"), ENGINE, UNICODE, asking=True), 80)
    assert "Answers  asking…" in [plain(line) for line in facts]


def test_the_log_and_the_line_in_the_file_are_told(shop: tuple[Entry, ...]) -> None:
    entry = asked(named(shop, "web"), answer=answered("refused"))
    assert entry.asked is not None
    entry = replace(
        entry, asked=replace(entry.asked, log=("\x1b[2Jbang", "second"), place="/srv/c.yaml:7")
    )
    text = tell(entry)
    assert "Log      \\x1b[2Jbang\n         second" in text
    assert "service web, /srv/c.yaml:7." in text


def answered(answer: str) -> ProbeResult:
    return ProbeResult(Target(parse_ip("127.0.0.1"), 8080), answer, 0.012, "http", "200 OK")


def asked(entry: Entry, **known: Any) -> Entry:
    """The entry as it is once it was asked."""
    verdict = known.pop("verdict", Verdict(entry.exposure, entry.exposure.reach))
    return replace(entry, asked=Asked(RowTruth(entry.row, verdict, **known)))


def test_a_port_that_the_engine_lost(
    a_container: Callable[..., Container], a_snapshot: Callable[..., Snapshot]
) -> None:
    entry = entries(a_snapshot(a_container("web", "|80|80/tcp", held=False)))[0]
    assert state_of(entry).marks == (True, False, None)
    assert state_of(entry).word == "not bound"
    assert "the container runs without it" in tell(entry)


def test_processes_and_host_networks(a_container: Callable[..., Container]) -> None:
    hostnet = a_container("node", network_mode="host")
    command = "python3 -m http.server"
    process = Process(7, "python3", command, "/home/ada", "ada")
    listeners = (
        Listener(HostSocket(parse_ip("127.0.0.1"), 8000), process),
        Listener(HostSocket(parse_ip("0.0.0.0"), 9100), Process(8, "node"), hostnet.id),
        Listener(HostSocket(parse_ip("0.0.0.0"), 22)),
    )
    host, python, unknown = entries(Snapshot(ENGINE, (hostnet,), listeners))[0:3]
    if python.host_port == 22:
        python, unknown = unknown, python
    assert "Process 7 as ada: python3 -m http.server in /home/ada." in tell(python)
    assert "shares the host's network and listens itself" in tell(host)
    assert "sudo" in tell(unknown)
    assert offered(python) == offered(host) == ("publish",)
    assert "no container" in why_not("move", python)
    assert "host's network" in why_not("unpublish", host)


def test_what_helps_first_stands_first(shop: tuple[Entry, ...]) -> None:
    def first(entry: Entry) -> str:
        return tell(entry).splitlines()[-1]

    assert first(named(shop, "idle")).startswith("Next      x  start it   p  publish more")
    silent = asked(named(shop, "web"), answer=answered("refused"))
    assert first(silent).startswith("Next      L  its whole log   p ")
    assert first(named(shop, "web")).startswith("Next      p ")
    assert first(named(shop, "old")).startswith("Next      m "), "it could not be started"


def test_nothing_is_offered_without_a_row() -> None:
    assert why_not("move", None) == "no row is selected"
    assert why_not("publish", None) == ""


@pytest.mark.parametrize("columns", [24, 40, 78, 120])
def test_stories_keep_to_their_columns(shop: tuple[Entry, ...], columns: int) -> None:
    for entry in shop:
        facts, steps = story_lines(story(entry, ENGINE, UNICODE), columns)
        assert all(line_width(line) <= columns for line in facts)
        assert all(line_width(line) <= max(columns, 34) for line in steps)


def test_nothing_from_a_container_reaches_the_terminal_raw(
    a_container: Callable[..., Container], a_snapshot: Callable[..., Snapshot]
) -> None:
    evil = "\x1b[31m[bold red]x[/]\u202e\n"
    container = a_container(
        "web", "|80|80/tcp", project="p", image=evil, status=evil, state=ContainerState.RUNNING
    )
    container = replace(container, name=evil)
    entry = entries(a_snapshot(container))[0]
    text = tell(entry)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m[bold red]x[/]" in text
    assert entry.owner == "\\x1b[31m[bold red]x[/]\\u202e\\n"


def test_a_container_without_ports_can_be_published_from(
    a_container: Callable[..., Container], a_snapshot: Callable[..., Snapshot]
) -> None:
    bare = a_container("web", exposed=(Port(80),))
    others = (
        a_container("hidden", network_mode="host"),
        a_container("rider", network_mode="container:web"),
        a_container("off", state=ContainerState.EXITED),
    )
    (entry,) = entries(a_snapshot(bare, *others))
    assert entry.bare
    assert not entry.exposed
    assert offered(entry) == ("publish",)
    assert state_of(entry).word == "no port"
    assert tell(entry).splitlines() == [
        "no port  web",
        "Open to  Nobody: it publishes nothing. It exposes 80/tcp.",
        "Who      web of nginx:1, running.",
        "Next      p  publish more",
    ]
