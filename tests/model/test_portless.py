"""A name whose containers have no port on the host: why, and what to type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from manager.model.container import Container, ContainerState
from manager.model.portless import without_port

WEB = Container("1" * 64, "web", "nginx", ContainerState.RUNNING)
VPN = Container("2" * 64, "vpn", "vpn", ContainerState.RUNNING)
HOST = replace(WEB, network_mode="host")
SHARED = replace(WEB, network_mode=f"container:{VPN.id}")


@pytest.mark.parametrize(
    ("container", "said", "hint"),
    [
        (WEB, "has no port on this host", "pmap publish web 0 gives it one"),
        (HOST, "is not seen to listen on any port", "docker logs --tail 20 web"),
        (replace(HOST, state=ContainerState.EXITED), "and is exited", "docker start web"),
        (SHARED, "in the network of vpn, and its ports are that one's", "pmap probe vpn"),
        (replace(WEB, network_mode="none"), "has no network", "--network bridge"),
        (replace(WEB, pod="shop"), "belongs to pod shop", "pmap probe shop"),
    ],
)
def test_each_kind_has_its_own_reason(container: Container, said: str, hint: str) -> None:
    refused = without_port("web", (container,), (container, VPN))
    assert said in refused.message
    assert hint in refused.hint


def test_the_owner_of_the_network_may_be_gone() -> None:
    assert "is gone" in without_port("web", (SHARED,), (SHARED,)).message


def test_a_project_is_told_by_one_of_its_containers_and_a_service_by_itself() -> None:
    assert "pmap publish web 0" in without_port("shop", (WEB, VPN), (WEB, VPN)).hint
    assert "pmap publish api 0 --expose" in without_port("api", (), ()).hint
