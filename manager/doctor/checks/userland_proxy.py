"""Whether docker-proxy stands for published ports, and what is different where it does not."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, passed, warned


def _look(facts: Examination) -> Iterator[Remark]:
    info = facts.info
    if info is None or not facts.ours or info.podman or info.rootless:
        return
    if facts.daemon.userland_proxy is False:
        yield warned(
            "userland-proxy is off: a published port may have no listener on this host, so ss"
            " does not show it, and [::1] does not lead to it",
            f'remove "userland-proxy": false from {facts.daemon.path}, then systemctl restart'
            " docker",
        )
    else:
        yield passed("userland-proxy is on: each published port has a listener on this host")


CHECK = Check("userland-proxy", "Userland proxy", _look)
