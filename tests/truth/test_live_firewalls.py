"""A running ufw and a running firewalld: what a neighbour really reaches, and what pmap says of it.

They are Debian's, over this machine's files and in the engine's network (engine_firewalls).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from engine_command import environment
from engine_extras import Extras
from engine_firewalls import (
    FIREWALLD,
    UFW,
    Overlaid,
    firewall_packages,
    kept_rules,
    overlaid,
    put_back,
    running_firewalld,
)
from engine_layout import NoEngineError, engine_named, engines_dir
from pytest_engines import no_engine

Rig = Any
Neighbour = Any
OUR_END = "192.0.2.1"


def packages(name: str, wanted: tuple[str, ...]) -> Extras:
    """Fetched before a test enters its engine's namespace, which leads nowhere."""
    try:
        return firewall_packages(engines_dir(), name, wanted)
    except NoEngineError as error:
        no_engine(str(error))


@pytest.fixture(scope="session")
def ufw_packages() -> Extras:
    return packages("ufw", UFW)


@pytest.fixture(scope="session")
def firewalld_packages() -> Extras:
    return packages("firewalld", FIREWALLD)


@contextmanager
def installed(extras: Extras, folder: Path, rig: Rig) -> Iterator[Overlaid]:
    """A place where the packages are installed; pmap runs there too."""
    with ExitStack() as stack:
        folder.mkdir()
        try:
            place = stack.enter_context(overlaid(extras, folder))
        except NoEngineError as error:
            no_engine(str(error))
        rig.enter = place.enter
        yield place


@pytest.fixture
def iptables_environment(rig: Rig) -> Mapping[str, str]:
    return environment(engine_named(rig.live.version, rig.live.dir))


def verdict(rig: Rig, port: int) -> Any:
    """What `who --json` says of a port's holder."""
    (holder,) = rig.pmap("who", str(port), "--json", code=0).json["holders"]
    return holder["verdict"]


def firewall_check(rig: Rig) -> dict[str, str]:
    (found,) = rig.doctor("firewall")
    return dict(found)


def test_a_running_ufw(
    rig: Rig,
    neighbour: Neighbour,
    ufw_packages: Extras,
    iptables_environment: Mapping[str, str],
    tmp_path: Path,
) -> None:
    rig.listens(rig.run("wide", "web", "61971:80"), 80)
    with (
        kept_rules(iptables_environment),
        installed(ufw_packages, tmp_path / "over", rig) as place,
        socket.create_server(("0.0.0.0", 61972)),
    ):
        assert firewall_check(rig)["fact"] == "no firewall denies incoming connections"
        place.run("ufw", "--force", "enable")
        assert "Status: active" in place.run("ufw", "status")
        # A process is closed by it, a published port is not.
        assert neighbour.connect(OUR_END, 61972) == "timeout"
        assert neighbour.connect(OUR_END, 61971) == "open"
        (caveat,) = verdict(rig, 61971)["caveats"]
        assert caveat.startswith("ufw denies incoming connections and does not stop this one")
        assert verdict(rig, 61972)["caveats"] == [
            "ufw denies incoming connections that no rule of it allows"
        ]
        told = firewall_check(rig)
        assert told["status"] == "fail"
        assert told["fact"].startswith(
            "ufw denies incoming connections, and does not stop published ports: "
        )
        assert f"*:61971 ({rig.name('wide')})" in told["fact"]
        # Its rules are read as it would print them; a deny of the published port is in vain.
        place.run("ufw", "deny", "61971/tcp")
        place.run("ufw", "allow", "61972/tcp")
        assert neighbour.connect(OUR_END, 61971) == "open"
        assert neighbour.connect(OUR_END, 61972) == "open"
        assert verdict(rig, 61972)["caveats"] == ["ufw is asked, and says: allow 61972/tcp"]
        place.run("ufw", "disable")
        assert firewall_check(rig)["status"] == "pass"


def test_a_running_firewalld(
    rig: Rig,
    neighbour: Neighbour,
    firewalld_packages: Extras,
    iptables_environment: Mapping[str, str],
    tmp_path: Path,
) -> None:
    rig.listens(rig.run("wide", "web", "61973:80"), 80)
    with (
        kept_rules(iptables_environment) as saved,
        installed(firewalld_packages, tmp_path / "over", rig) as place,
        socket.create_server(("0.0.0.0", 61974)),
        running_firewalld(place, tmp_path),
    ):
        # It removes the engine's rules as it starts: what is left is docker-proxy, behind it.
        assert neighbour.connect(OUR_END, 61974) != "open"
        assert neighbour.connect(OUR_END, 61973) != "open"
        gone, denied = verdict(rig, 61973)["caveats"]
        assert gone.startswith("the engine's own firewall rules are gone")
        assert denied == "firewalld denies incoming connections that no rule of it allows"
        told = firewall_check(rig)
        assert (told["status"], told["fix"]) == (
            "fail", "systemctl restart docker makes them anew",
        )  # fmt: skip
        # An engine that hears of it over D-Bus makes them again, and the port is open.
        put_back(saved, iptables_environment)
        assert neighbour.connect(OUR_END, 61974) != "open"
        assert neighbour.connect(OUR_END, 61973) == "open"
        (caveat,) = verdict(rig, 61973)["caveats"]
        assert caveat.startswith("firewalld denies incoming connections and does not stop this one")
        assert firewall_check(rig)["fact"].startswith("firewalld denies incoming connections, and")
    assert neighbour.connect(OUR_END, 61974) == "refused"
