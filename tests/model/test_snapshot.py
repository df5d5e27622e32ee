"""Finding containers by what a person types, and telling one instant from another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manager.errors import NoSuchContainer
from manager.model.container import ComposeOrigin, Container, ContainerState
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, PublishedPort, parse_ip
from manager.model.snapshot import EngineInfo, Snapshot

LOOPBACK = parse_ip("127.0.0.1")
ASKED = PortMapping(Port(80), PortBinding(LOOPBACK, PortRange.of(8080)))
HELD = PublishedPort(LOOPBACK, 8080, Port(80))


def container(name: str, id_: str, project: str = "", service: str = "") -> Container:
    origin = ComposeOrigin(project, service) if project else None
    return Container(id_.ljust(64, "0"), name, "image", ContainerState.RUNNING, origin=origin)


WEB = container("shop-web-1", "aaa1", "shop", "web")
WORKER_1 = container("shop-worker-1", "aaa2", "shop", "worker")
WORKER_2 = container("shop-worker-2", "bbb3", "shop", "worker")
POSTGRES = container("shop-postgres-1", "ccc4", "shop", "db")
STRANGER = container("stranger", "db5")
HOST = Snapshot(EngineInfo("unix", "28.5"), (WEB, WORKER_1, WORKER_2, POSTGRES, STRANGER))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("shop-web-1", WEB),
        ("/shop-web-1", WEB),
        (WEB.id, WEB),
        ("aaa1", WEB),
        ("b", WORKER_2),
        ("web", WEB),
        # `db` begins the id of a stranger, and is what the service is called.
        ("db", POSTGRES),
        ("db5", STRANGER),
    ],
)
def test_a_container_is_found_by_what_is_typed(typed: str, found: Container) -> None:
    assert HOST.container(typed) is found


def test_a_name_that_is_another_ones_id_prefix_is_the_name() -> None:
    named = container("aaa1", "fff")
    assert Snapshot(None, (WEB, named)).container("aaa1") is named


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        ("aaa", "'aaa' fits 2 containers", "name one of shop-web-1, shop-worker-1"),
        ("worker", "'worker' fits 2 containers", "name one of shop-worker-1, shop-worker-2"),
        ("shop-wbe-1", "no container is named 'shop-wbe-1'", "did you mean shop-web-1 or "),
        ("wrker", "no container is named 'wrker'", "did you mean worker"),
        ("post", "no container is named 'post'", "did you mean shop-postgres-1?"),
        ("zzzzzz", "no container is named 'zzzzzz'", "pmap ls -a shows every container"),
        ("", "no container is named ''", "pmap ls -a shows every container"),
        ("/", "no container is named '/'", "pmap ls -a shows every container"),
    ],
)
def test_who_is_not_found_is_said_with_the_nearest(typed: str, message: str, hint: str) -> None:
    with pytest.raises(NoSuchContainer) as refusal:
        HOST.container(typed)
    assert refusal.value.message == message
    assert refusal.value.hint.startswith(hint)


def test_an_empty_engine_says_so() -> None:
    with pytest.raises(NoSuchContainer) as refusal:
        Snapshot(None).container("web")
    assert refusal.value.hint == "this engine has no containers"


def test_a_crowd_is_not_listed_to_the_end() -> None:
    crowd = tuple(container(f"w{n:03}", f"a{n:03}", "p", "web") for n in range(200))
    with pytest.raises(NoSuchContainer) as refusal:
        Snapshot(None, crowd).container("web")
    assert refusal.value.hint == "name one of w000, w001, w002, w003, w004 and 195 more"
    with pytest.raises(NoSuchContainer) as refusal:
        Snapshot(None, crowd[:5]).container("web")
    assert refusal.value.hint == "name one of w000, w001, w002, w003, w004"


@given(st.text(max_size=5000))
def test_whatever_is_typed_is_found_or_refused(typed: str) -> None:
    try:
        found = HOST.container(typed)
    except NoSuchContainer as refusal:
        hint = refusal.hint
    else:
        hint = found.name
    assert hint


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("shop", ["shop-web-1", "shop-worker-1", "shop-worker-2", "shop-postgres-1"]),
        ("worker", ["shop-worker-1", "shop-worker-2"]),
        ("stranger", ["stranger"]),
        ("aaa1", ["shop-web-1"]),
    ],
)
def test_projects_and_services_name_all_their_containers(typed: str, names: list[str]) -> None:
    assert [c.name for c in HOST.matching(typed)] == names


def test_matching_nothing_is_refused() -> None:
    with pytest.raises(NoSuchContainer, match="no container is named 'nobody'"):
        HOST.matching("nobody")


def test_by_id_takes_the_whole_id_alone() -> None:
    assert HOST.by_id(WEB.id) is WEB
    assert HOST.by_id("aaa1") is None


FULL = replace(WEB, mappings=(ASKED,), published=(HELD,))
OTHER_PORT = replace(HELD, host_port=8081)


@pytest.mark.parametrize(
    "changed",
    [
        (),
        (FULL, STRANGER),
        (replace(FULL, id="f" * 64),),
        (replace(FULL, name="other"),),
        (replace(FULL, state=ContainerState.EXITED),),
        (replace(FULL, published=(OTHER_PORT,)),),
        (replace(FULL, published=(HELD, OTHER_PORT)),),
        (replace(FULL, published=()),),
        (replace(FULL, mappings=()),),
        # Asked and not held prints the same as held and not asked.
        (replace(FULL, mappings=(), published=(HELD, OTHER_PORT)),),
    ],
)
def test_the_fingerprint_changes_with_what_a_plan_stands_on(changed: tuple[Container, ...]) -> None:
    assert Snapshot(None, changed).fingerprint != Snapshot(None, (FULL,)).fingerprint


def test_asked_is_not_taken_for_held() -> None:
    asked, held = replace(WEB, mappings=(ASKED,)), replace(WEB, published=(HELD,))
    assert Snapshot(None, (asked,)).fingerprint != Snapshot(None, (held,)).fingerprint


@given(st.permutations([FULL, WORKER_1, STRANGER]), st.permutations([HELD, OTHER_PORT]))
def test_the_fingerprint_does_not_depend_on_the_order(
    containers: list[Container], published: list[PublishedPort]
) -> None:
    told = tuple(replace(c, published=tuple(published)) for c in containers)
    plain = tuple(replace(c, published=(HELD, OTHER_PORT)) for c in (FULL, WORKER_1, STRANGER))
    assert Snapshot(None, told).fingerprint == Snapshot(None, plain).fingerprint


def test_a_name_that_cannot_be_encoded_has_a_fingerprint_too() -> None:
    odd = Snapshot(None, (replace(FULL, name="\ud800"),))
    assert odd.fingerprint != Snapshot(None, (FULL,)).fingerprint
