"""States, labels and exposure."""

from __future__ import annotations

import pytest

from manager.model.container import (
    ENV_FILES_LABEL,
    FILES_LABEL,
    FOLDER_LABEL,
    NUMBER_LABEL,
    PROJECT_LABEL,
    SERVICE_LABEL,
    ComposeOrigin,
    Container,
    ContainerState,
    origin_from_labels,
)
from manager.model.exposure import Exposure, exposure_of
from manager.model.ports import parse_ip

LABELS = {PROJECT_LABEL: "shop", SERVICE_LABEL: "web"}


@pytest.mark.parametrize(
    ("state", "holds", "may_start"),
    [
        (ContainerState.CREATED, False, True),
        (ContainerState.RUNNING, True, False),
        (ContainerState.PAUSED, True, False),
        (ContainerState.RESTARTING, True, True),
        (ContainerState.REMOVING, False, False),
        (ContainerState.EXITED, False, True),
        (ContainerState.DEAD, False, False),
        (ContainerState.UNKNOWN, False, True),
    ],
)
def test_which_states_hold_ports_and_which_may_take_them(
    state: ContainerState, holds: bool, may_start: bool
) -> None:
    assert state.holds_ports is holds
    assert state.may_start is may_start


def test_every_state_is_judged() -> None:
    assert [s for s in ContainerState if not (s.holds_ports or s.may_start)] == [
        ContainerState.REMOVING,
        ContainerState.DEAD,
    ]


def test_the_origin_is_read_from_the_labels() -> None:
    labels = LABELS | {
        FILES_LABEL: "/srv/compose.yaml,/srv/compose.override.yaml",
        FOLDER_LABEL: "/srv",
        NUMBER_LABEL: "3",
        ENV_FILES_LABEL: "/srv/a.env",
    }
    files = ("/srv/compose.yaml", "/srv/compose.override.yaml")
    assert origin_from_labels(labels) == ComposeOrigin(
        "shop", "web", files, "/srv", 3, ("/srv/a.env",)
    )


@pytest.mark.parametrize("missing", [PROJECT_LABEL, SERVICE_LABEL])
def test_without_project_or_service_there_is_no_origin(missing: str) -> None:
    assert origin_from_labels({k: v for k, v in LABELS.items() if k != missing}) is None
    assert origin_from_labels(LABELS | {missing: ""}) is None


@pytest.mark.parametrize("number", ["", "x", "-1", "\u0663", "9" * 5000])
def test_a_number_that_is_none_is_one(number: str) -> None:
    origin = origin_from_labels(LABELS | {NUMBER_LABEL: number})
    assert origin == ComposeOrigin("shop", "web")


def test_a_container_tells_where_it_comes_from() -> None:
    made = Container("a" * 64, "shop-web-1", "web", ContainerState.PAUSED, origin=None)
    assert (made.project, made.service) == (None, None)
    assert not made.running
    assert made.short_id == "a" * 12
    composed = Container(
        "b" * 64, "x", "web", ContainerState.RUNNING, origin=ComposeOrigin("shop", "web")
    )
    assert (composed.project, composed.service) == ("shop", "web")
    assert composed.running


@pytest.mark.parametrize(
    ("address", "exposure"),
    [
        (None, Exposure.ALL),
        ("0.0.0.0", Exposure.ALL),
        ("::", Exposure.ALL),
        ("::ffff:0.0.0.0", Exposure.ALL),
        ("127.0.0.1", Exposure.LOOPBACK),
        ("127.255.255.254", Exposure.LOOPBACK),
        ("::1", Exposure.LOOPBACK),
        ("::ffff:127.0.0.1", Exposure.LOOPBACK),
        ("192.168.1.5", Exposure.ADDRESS),
        ("fe80::1", Exposure.ADDRESS),
        ("10.0.0.1", Exposure.ADDRESS),
    ],
)
def test_exposure_follows_from_the_address(address: str | None, exposure: Exposure) -> None:
    assert exposure_of(parse_ip(address) if address else None) is exposure


def test_wider_ranks_higher_and_says_who_reaches_it() -> None:
    assert sorted(Exposure, key=lambda e: e.rank) == [
        Exposure.LOOPBACK,
        Exposure.ADDRESS,
        Exposure.ALL,
    ]
    assert len({e.reach for e in Exposure}) == 3
