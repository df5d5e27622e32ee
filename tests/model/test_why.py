"""Why a port does not answer: one sentence and the next command, the same for all who ask."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.cli.main import COMMANDS
from manager.model.cause import Cause, Why
from manager.model.conflict import Conflict, Holder, HolderKind
from manager.model.container import Container, ContainerState
from manager.model.inside import InsideView, inside_view
from manager.model.listener import HostSocket, Process
from manager.model.ports import (
    IPProtocol,
    Port,
    PortBinding,
    PortMapping,
    PortRange,
    PublishedPort,
    parse_ip,
)
from manager.model.portspec import PortSpec
from manager.model.rows import PortRow, Source
from manager.model.snapshot import EngineInfo
from manager.model.story import why
from manager.model.swarm import PublishMode, SwarmService

HERE = parse_ip("127.0.0.1")
HTTP = Port(80)
BINDING = PortBinding(HERE, PortRange.of(8080))
WEB = Container(
    "1" * 64, "web", "nginx", ContainerState.RUNNING, (PortMapping(HTTP, BINDING),),
    (PublishedPort(HERE, 8080, HTTP),),
)  # fmt: skip
ROW = PortRow(Source.PUBLISHED, HERE, PortRange.of(8080), "tcp", HTTP, WEB, bound=True)


def inside(*texts: str) -> InsideView:
    """What listens inside, written `ADDRESS|PORT|PROTOCOL`."""
    sockets = []
    for text in texts:
        address, port, protocol = (*text.split("|"), "tcp")[:3]
        sockets.append(HostSocket(parse_ip(address), int(port), IPProtocol(protocol)))
    return inside_view(HTTP, sockets)


def of_state(state: ContainerState, source: Source = Source.PUBLISHED) -> PortRow:
    return replace(ROW, source=source, bound=False, container=replace(WEB, state=state))


def told(row: PortRow, **facts: object) -> Why:
    found = why(row, **facts)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_what_works_needs_no_words() -> None:
    assert why(ROW) is None
    assert why(ROW, inside=inside("0.0.0.0|80"), answer="open") is None
    assert why(ROW, answer="silent") is None


def test_an_app_on_its_own_loopback() -> None:
    assert told(ROW, inside=inside("127.0.0.1|80"), answer="closed-at-once") == Why(
        Cause.LOOPBACK_INSIDE,
        "the app listens on 127.0.0.1 inside the container, so nothing reaches it from outside",
        "let the app listen on 0.0.0.0:80, then docker restart web",
    )


def test_an_app_on_another_port_is_led_to_by_a_move() -> None:
    assert told(ROW, inside=inside("0.0.0.0|8081")) == Why(
        Cause.OTHER_PORT,
        "nothing listens on 80 in the container; it listens on 8081",
        "pmap move web 8080 127.0.0.1:8080:8081",
    )


def test_of_several_other_ports_one_is_led_to_that_no_mapping_leads_to_yet() -> None:
    led = PortMapping(Port(81), PortBinding(HERE, PortRange.of(8081)))
    row = replace(ROW, container=replace(WEB, mappings=(led,)))
    told_so = told(row, inside=inside("0.0.0.0|81", "0.0.0.0|82"))
    assert told_so.next == "pmap move web 8080 127.0.0.1:8080:82"


@pytest.mark.parametrize(
    ("row", "command"),
    [
        (replace(ROW, host_ip=None), "pmap move web 8080 8080:8081"),
        (replace(ROW, host_ip=parse_ip("::1")), "pmap move web 8080 '[::1]:8080:8081'"),
        (replace(ROW, host_ip=parse_ip("192.0.2.1")), "pmap move web 8080 8080:8081"),
        (replace(ROW, host_ports=None), "pmap publish web :8081"),
        (replace(ROW, container=replace(WEB, name="a;b")), "pmap move 'a;b' 8080 127.0.0.1:8080"),
    ],
)
def test_the_move_opens_to_nobody_what_nobody_could_use(row: PortRow, command: str) -> None:
    said = told(row, inside=inside("0.0.0.0|8081")).next
    assert said.startswith(command)
    assert "--expose" not in said


def test_many_other_ports_are_cut_and_another_protocol_is_named() -> None:
    many = inside(*(f"0.0.0.0|{port}" for port in (81, 82, 83, 84, 85, 86)))
    assert told(ROW, inside=many).sentence.endswith("it listens on 81, 82, 83, 84 and 2 more")
    udp = told(ROW, inside=inside("0.0.0.0|80|udp"))
    assert udp.cause is Cause.OTHER_PROTOCOL
    assert udp.sentence == "nothing listens on 80/tcp in the container; it listens on 80/udp"
    assert udp.next == "pmap move web 8080 127.0.0.1:8080:80/udp"


def test_ipv6_alone_and_nothing_at_all() -> None:
    six = told(ROW, inside=inside("fd00::2|80"))
    assert six.cause is Cause.IPV6_INSIDE
    assert "listens on IPv6 only" in six.sentence
    none = told(ROW, inside=inside())
    assert (none.cause, none.next) == (
        Cause.NOTHING_LISTENS,
        "docker logs --tail 20 web says what it does",
    )


def test_from_outside_it_can_only_be_guessed() -> None:
    assert told(ROW, answer="refused").cause is Cause.NOTHING_LISTENS
    guessed = told(ROW, answer="closed-at-once")
    assert guessed.cause is Cause.NOTHING_LISTENS
    assert "or only on its own loopback" in guessed.sentence
    assert why(ROW, answer="open") is None


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("closed-at-once", Cause.CLOSES),
        ("refused", Cause.REFUSED),
        ("timeout", Cause.DROPPED),
        ("network is unreachable", Cause.REFUSED),
    ],
)
def test_an_app_that_listens_and_does_not_answer(answer: str, cause: Cause) -> None:
    assert told(ROW, inside=inside("0.0.0.0|80"), answer=answer).cause is cause


def test_states_that_no_connect_can_tell() -> None:
    paused = told(replace(of_state(ContainerState.PAUSED), bound=True), inside=inside("0.0.0.0|80"))
    assert (paused.cause, paused.next) == (Cause.PAUSED, "docker unpause web")
    again = told(of_state(ContainerState.RESTARTING))
    assert again.cause is Cause.RESTARTING
    stopped = told(of_state(ContainerState.EXITED, Source.RESERVED))
    assert (stopped.cause, stopped.next) == (Cause.STOPPED, "docker start web")


def test_a_container_that_lost_its_port_at_its_start() -> None:
    row = of_state(ContainerState.CREATED, Source.RESERVED)
    error = "Bind for 127.0.0.1:8080 failed: port is already allocated"
    python = Holder(HolderKind.PROCESS, HostSocket(HERE, 8080), process=Process(7, "python3"))
    conflict = Conflict(HostSocket(HERE, 8080), python, WEB)
    held = told(row, conflicts=[conflict], start_error=error)
    assert held.cause is Cause.CONFLICT
    assert held.sentence == (
        "web lost its port at its start and stayed behind as created:"
        " 127.0.0.1:8080/tcp is held by process 7 (python3)"
    )
    assert "kill 7 ends it" in held.next
    free = told(row, start_error=error)
    assert (free.cause, free.next) == (Cause.LOST_AT_START, "docker start web")
    assert error in free.sentence
    assert told(row, conflicts=[conflict]).sentence.startswith("web is created and could not")


@pytest.mark.parametrize(
    ("mode", "version", "said"),
    [
        ("bridge", "28.5.2", "the engine does not hold 127.0.0.1:8080: web runs without it"),
        ("bridge", "29.2.1", "(engine 29.2.1 starts in spite of a taken port)"),
        ("none", "28.5.2", "web has no network, so the engine publishes nothing"),
        ("container:" + "2" * 64, "28.5.2", "web has the network of another container"),
    ],
)
def test_a_port_that_the_engine_does_not_hold(mode: str, version: str, said: str) -> None:
    row = of_state(ContainerState.RUNNING)
    row = replace(row, container=replace(WEB, network_mode=mode))
    found = told(row, engine=EngineInfo("unix:///x", version))
    assert said in found.sentence
    expected = Cause.NOT_BOUND if mode == "bridge" else Cause.NO_NETWORK
    assert found.cause is expected


def test_a_process_and_a_file_have_no_story() -> None:
    assert why(replace(ROW, source=Source.PROCESS, container=None), answer="refused") is None
    assert why(replace(ROW, source=Source.COMPOSE_FILE, bound=None)) is None


@given(
    state=st.sampled_from(list(ContainerState)),
    source=st.sampled_from([Source.PUBLISHED, Source.RESERVED]),
    bound=st.booleans(),
    view=st.sampled_from([None, inside(), inside("127.0.0.1|80"), inside("0.0.0.0|9000")]),
    answer=st.sampled_from([None, "open", "closed-at-once", "refused", "timeout", "silent"]),
    host_ip=st.sampled_from([None, HERE, parse_ip("::1"), parse_ip("0.0.0.0")]),
)
def test_every_word_of_pmap_in_a_next_step_can_be_typed(
    *,
    state: ContainerState,
    source: Source,
    bound: bool,
    view: InsideView | None,
    answer: str | None,
    host_ip: object,
) -> None:
    row = replace(of_state(state, source), bound=bound, host_ip=host_ip)  # type: ignore[arg-type]
    found = why(row, inside=view, answer=answer)
    if found is None:
        return
    assert found.sentence
    assert found.next
    assert not found.sentence.endswith(".")
    if found.next.startswith("pmap move"):
        _, command, name, old, new, *rest = shlex.split(found.next)
        assert (command in COMMANDS, name, rest) == (True, "web", [])
        assert PortSpec.parse(old).host_ports == PortSpec.parse(new).host_ports


@pytest.mark.parametrize(
    ("running", "mode", "answer", "cause"),
    [
        (0, PublishMode.INGRESS, None, Cause.NO_TASK),
        (1, PublishMode.INGRESS, "refused", Cause.INGRESS),
        (1, PublishMode.INGRESS, "timeout", Cause.INGRESS),
        (1, PublishMode.HOST, "refused", Cause.REFUSED),
        (1, PublishMode.INGRESS, "closed-at-once", Cause.NOTHING_LISTENS),
        (1, PublishMode.INGRESS, "open", None),
        (None, PublishMode.INGRESS, None, None),
    ],
)
def test_a_swarm_services_port_has_reasons_of_its_own(
    running: int | None, mode: PublishMode, answer: str | None, cause: Cause | None
) -> None:
    service = SwarmService("s" * 25, "a b", running=running, desired=1)
    row = replace(ROW, source=Source.SWARM, container=None, service=service, mode=mode)
    found = why(row, answer=answer)
    assert (found and found.cause) == cause
    assert found is None or "'a b'" in found.next or found.cause is Cause.INGRESS
