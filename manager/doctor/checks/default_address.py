"""Where a port without an address is published: daemon.json's `ip`, and each network's own word.

`ip` counts on the default bridge alone (moby for-linux#370): every network that people make needs
the binding as an option of its own, or through default-network-opts.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, failed, passed, warned
from manager.model.network import HOST_BINDING, Network
from manager.model.ports import IPAddress

_ENGINES_OWN = {"bridge", "docker_gwbridge", "ingress"}


def _look(facts: Examination) -> Iterator[Remark]:
    info = facts.info
    if info is None or info.podman:
        return
    daemon = facts.daemon if facts.ours else None
    for problem in daemon.problems if daemon else ():
        path = daemon.path if daemon else ""
        yield failed(f"{path}: {problem}", f"dockerd --validate --config-file {path}")
    by_file = (daemon.ip or daemon.network_ip) if daemon else None
    yield _about(facts.networks, by_file)


def _about(networks: tuple[Network, ...], by_file: IPAddress | None) -> Remark:
    default = next((n.host_binding for n in networks if n.name == "bridge"), None)
    wanted = default if default is not None and not default.is_unspecified else by_file
    if wanted is None or wanted.is_unspecified:
        narrow = [n for n in networks if n.host_binding and not n.host_binding.is_unspecified]
        but = "".join(f", but {n.host_binding} on network {n.name}" for n in narrow[:3])
        return passed(
            f"a port without an address is published on every address{but}; pmap itself takes"
            " 127.0.0.1"
        )
    open_ = [
        network.name
        for network in networks
        if network.driver == "bridge"
        and network.name not in _ENGINES_OWN
        and not network.internal
        and (network.host_binding is None or network.host_binding.is_unspecified)
    ]
    if not open_:
        return passed(f"a port without an address is published on {wanted}")
    more = f" and {len(open_) - 4} more" if len(open_) > 4 else ""
    return warned(
        f"a port without an address is published on {wanted} on the default network, and on every"
        f" address on {', '.join(open_[:4])}{more}: `ip` does not count there",
        f'in daemon.json "default-network-opts": {{"bridge": {{"{HOST_BINDING}": "{wanted}"}}}},'
        " then make these networks anew",
    )


CHECK = Check("default-address", "Default address", _look)
