"""Whole plans as text: the planner is pure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_words import LOCAL, WEB, after, container, move, plan, publish, specs

from manager.change.dependents import Dependent, Tie
from manager.change.fileedit import FileEdit
from manager.change.plan import OperationKind
from manager.change.request import LayerChoice, Loopback, SaveChoice, Unpublish
from manager.interfaces import LayerChange
from manager.model.container import ComposeOrigin, ContainerState
from manager.model.listener import HostSocket
from manager.model.ports import IPProtocol, parse_ip


def test_the_whole_plan_of_a_publish() -> None:
    assert str(plan(publish("62893"), container())) == "\n".join(
        (
            "container   web (aaaaaaaaaaaa)",
            "before      (no ports)",
            "after       127.0.0.1:62893 -> 80/tcp",
            " 1 create      web.pmap-new-t1 (ports are fixed when a container is created)",
            " 2 compare     web.pmap-new-t1 (all but the ports must be the same)",
            " 3 stop        web (only one can hold its ports)",
            " 4 rename-old  web (kept as web.pmap-old-t1)",
            " 5 rename-new  web (the new one takes its name)",
            " 6 start       web (the old one was running)",
            " 7 verify      web (until then the old one can come back)",
            " 8 commit      web (from here on the new one stays)",
            " 9 remove      web.pmap-old-t1 (its volumes stay)",
            "downtime    about a second, at most 10 s more if it does not stop by itself",
            "lost        its id, its logs so far (docker logs), and docker exec sessions",
        )
    )


def test_a_stopped_container_stays_stopped() -> None:
    stopped = container("web", "127.0.0.1:8080 80/tcp", state=ContainerState.EXITED)
    assert str(plan(move("8080", "8081"), stopped)) == "\n".join(
        (
            "container   web (aaaaaaaaaaaa)",
            "before      127.0.0.1:8080 -> 80/tcp",
            "after       127.0.0.1:8081 -> 80/tcp",
            " 1 create      web.pmap-new-t1 (ports are fixed when a container is created)",
            " 2 compare     web.pmap-new-t1 (all but the ports must be the same)",
            " 3 rename-old  web (kept as web.pmap-old-t1)",
            " 4 rename-new  web (the new one takes its name)",
            " 5 commit      web (from here on the new one stays)",
            " 6 remove      web.pmap-old-t1 (its volumes stay)",
            "downtime    none, it is not running",
            "lost        its id, its logs so far (docker logs), and docker exec sessions",
        )
    )


def test_a_policy_is_held_where_the_engine_would_go_by_it() -> None:
    record = {"HostConfig": {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}}}
    kinds = [o.kind for o in plan(publish("62893"), container(), record=record).operations]
    assert OperationKind.HOLD in kinds
    podman = replace(LOCAL, podman=True)
    found = plan(publish("62893"), container(), record=record, engine=podman)
    assert [o.kind for o in found.operations] == [k for k in kinds if k is not OperationKind.HOLD]


def test_an_edit_that_compose_will_not_know_says_why() -> None:
    origin = ComposeOrigin("shop", "web", ("/srv/shop/compose.yaml",), "/srv/shop")
    edit = FileEdit(path="/srv/shop/compose.yaml", before=b"a", after=b"b", note="once more: x")
    request = publish("8080:80", save=SaveChoice.FILE)
    found = plan(request, container(origin=origin), file_edit=edit).warnings
    assert "once more: x" in found
    assert not [text for text in found if "could not be asked" in text]
    unasked = edit.model_copy(update={"note": ""})
    found = plan(request, container(origin=origin), file_edit=unasked).warnings
    assert [text for text in found if "could not be asked" in text]


def test_everything_at_once() -> None:
    """Compose with --save, a dependent, files to copy, a tmpfs, a health check, a stop time-out."""
    origin = ComposeOrigin("shop", "web", ("/srv/shop/compose.yaml",), "/srv/shop")
    target = container("web", "*:443 443/tcp", "*:? 9000/udp", origin=origin)
    sidecar = container("sidecar", network_mode=f"container:{WEB}", exposed=())
    made = plan(
        publish("8080:80", save=SaveChoice.FILE, layer=LayerChoice.KEEP),
        target,
        sidecar,
        record={
            "Config": {
                "StopTimeout": 30,
                "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5_000_000_000,
                                "Timeout": 2_000_000_000, "StartPeriod": 10_000_000_000},
            },
            "HostConfig": {"Tmpfs": {"/scratch": ""}, "RestartPolicy": {"Name": "always"}},
        },
        inside=(HostSocket(parse_ip("0.0.0.0"), 443), HostSocket(parse_ip("127.0.0.1"), 80)),
        dependents=(Dependent(sidecar, {}, (Tie.NETWORK,), WEB),),
        layers={"web": (LayerChange("/data/x", "added"), LayerChange("/etc/motd", "deleted"))},
        file_edit=FileEdit(path="/srv/shop/compose.yaml", before=b"a", after=b"b", line=7),
    )  # fmt: skip
    assert str(made) == "\n".join(
        (
            "container   web (aaaaaaaaaaaa), service web of project shop in /srv/shop/compose.yaml",
            "before      *:443 -> 443/tcp",
            "            *:(any) -> 9000/udp",
            "after       *:443 -> 443/tcp",
            "            *:(any) -> 9000/udp",
            "            127.0.0.1:8080 -> 80/tcp",
            " 1 create      web.pmap-new-t1 (ports are fixed when a container is created)",
            " 2 compare     web.pmap-new-t1 (all but the ports must be the same)",
            " 3 create      sidecar.pmap-new-t1 (it shares the network of the old one)",
            " 4 compare     sidecar.pmap-new-t1 (all but the ports must be the same)",
            " 5 save        /srv/shop/compose.yaml:7 (docker compose up goes by this file)",
            " 6 stop        sidecar (only one can hold its ports)",
            " 7 stop        web (only one can hold its ports)",
            " 8 hold        web (its restart policy must not bring it back)",
            " 9 copy        web.pmap-new-t1 (a changed file is in no volume)",
            "10 rename-old  web (kept as web.pmap-old-t1)",
            "11 rename-new  web (the new one takes its name)",
            "12 rename-old  sidecar (kept as sidecar.pmap-old-t1)",
            "13 rename-new  sidecar (the new one takes its name)",
            "14 start       web (the old one was running)",
            "15 start       sidecar (the old one was running)",
            "16 verify      web (until then the old one can come back)",
            "17 verify      sidecar (until then the old one can come back)",
            "18 commit      web (from here on the new one stays)",
            "19 remove      sidecar.pmap-old-t1 (its volumes stay)",
            "20 remove      web.pmap-old-t1 (its volumes stay)",
            "downtime    about a second, at most 30 s more if it does not stop by itself",
            "restarts    sidecar (shares its network)",
            "lost        its id, its logs so far (docker logs), and docker exec sessions",
            "lost        what is in memory file systems (tmpfs): /scratch",
            "lost        that these were deleted in web: /etc/motd (deleted)",
            "note        the app listens on 80/tcp at 127.0.0.1 inside the container alone, where"
            " no published port reaches it: it must listen on 0.0.0.0",
            "note        the engine chooses the host port of 9000/udp anew, 32768 until now",
            "note        docker compose could not be asked: the next docker compose up recreates"
            " it again",
        )
    )
    assert made.cost.health_seconds == 17.0


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["62893"], ["127.0.0.1:62893 -> 80/tcp"]),
        (["62893:8000"], ["127.0.0.1:62893 -> 8000/tcp"]),
        (["62893:53/udp"], ["127.0.0.1:62893 -> 53/udp"]),
        (["127.0.0.5:62893:81"], ["127.0.0.5:62893 -> 81/tcp"]),
        (["[::1]:62893"], ["[::1]:62893 -> 80/tcp"]),
        ([":81"], ["127.0.0.1:8000 -> 81/tcp"]),
        (["0:81", "0:82"], ["127.0.0.1:8000 -> 81/tcp", "127.0.0.1:8001 -> 82/tcp"]),
        (["9000-9002:81"], ["127.0.0.1:9001 -> 81/tcp"]),
        (["9002-9003:81-82"], ["127.0.0.1:9002 -> 81/tcp", "127.0.0.1:9003 -> 82/tcp"]),
        ([":81-82"], ["127.0.0.1:8000 -> 81/tcp", "127.0.0.1:8001 -> 82/tcp"]),
    ],
)
def test_what_publish_resolves_to(texts: list[str], expected: list[str]) -> None:
    other = container("db", "127.0.0.1:9000 5432/tcp")
    assert after(publish(*texts), container(), other) == expected


def test_the_container_port_is_found() -> None:
    two = ("80/tcp", "443/tcp")
    inside = (HostSocket(parse_ip("0.0.0.0"), 443), HostSocket(parse_ip("127.0.0.11"), 38111))
    assert after(publish("8443"), container(exposed=two), inside=inside) == [
        "127.0.0.1:8443 -> 443/tcp"
    ]
    assert after(publish("53"), container(exposed=("53/udp",))) == ["127.0.0.1:53 -> 53/udp"]
    both = container(exposed=("53/udp", "53/tcp"))
    assert after(publish("53/udp"), both) == ["127.0.0.1:53 -> 53/udp"]
    udp_client = HostSocket(None, 40123, IPProtocol.UDP)
    assert after(
        publish("9000"), container(exposed=()), inside=(HostSocket(None, 9000), udp_client)
    ) == ["127.0.0.1:9000 -> 9000/tcp"]


def test_what_is_published_already_is_an_empty_plan() -> None:
    made = plan(publish("8080"), container("web", "127.0.0.1:8080 80/tcp"))
    assert made.empty
    assert made.warnings == ("127.0.0.1:8080 -> 80/tcp is published already",)
    assert plan(Loopback(container="web"), container("web", "[::1]:8080 80/tcp")).empty


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["8080"], [1, 2, 3]),
        (["127.0.0.1:8080"], [1, 2, 3]),
        ([":443"], [0, 2, 3]),
        (["8443:443/tcp"], [0, 2, 3]),
        (["8000-9000"], []),
        (["9000/udp", "9000/tcp"], [0, 1]),
        (["32768"], [0, 1, 2]),
    ],
)
def test_which_mappings_unpublish_takes(texts: list[str], left: list[int]) -> None:
    asked = ["127.0.0.1:8080 80/tcp", "*:8443 443/tcp", "127.0.0.1:9000 53/udp"]
    asked.append("127.0.0.1:9000 54/tcp" if "9000/udp" in texts else "*:? 54/tcp")
    target = container("web", *asked)
    if texts == ["8000-9000"]:
        left = [3]
    request = Unpublish(container="web", specs=specs(*texts))
    assert after(request, target) == [str(target.mappings[index]) for index in left]


def test_move_says_when_it_narrows() -> None:
    made = plan(move("8080", "9090"), container("web", "*:8080 80/tcp"))
    assert [str(m) for m in made.after] == ["127.0.0.1:9090 -> 80/tcp"]
    assert made.warnings == (
        "*:8080 -> 80/tcp is open wider than 127.0.0.1 today; to keep that, name the address"
        " (0.0.0.0:9090 --expose)",
    )
    wide = plan(move("8080", "0.0.0.0:9090", expose=True), container("web", "*:8080 80/tcp"))
    assert [str(m) for m in wide.after] == ["0.0.0.0:9090 -> 80/tcp"]
    picked = after(move("8000", "127.0.0.1:0"), container("web", "127.0.0.1:8000 80/tcp"))
    assert picked == ["127.0.0.1:8001 -> 80/tcp"]


def test_loopback_closes_all_and_folds_the_two_families() -> None:
    target = container(
        "web", "0.0.0.0:80 80/tcp", "[::]:80 80/tcp", "*:? 443/tcp", "127.0.0.2:81 81/tcp"
    )
    assert after(Loopback(container="web"), target) == [
        "127.0.0.1:80 -> 80/tcp",
        "127.0.0.1:(any) -> 443/tcp",
        "127.0.0.2:81 -> 81/tcp",
    ]


def test_the_same_change_is_told_from_another() -> None:
    one = plan(publish("8080"), container())
    assert one.same_change(one.model_copy(update={"id": "t2", "fingerprint": "x"}))
    assert not one.same_change(plan(publish("8081"), container()))
    assert not one.same_change(plan(publish("8080"), container(state=ContainerState.EXITED)))
