"""Who can reach a published port, from its address alone."""

from __future__ import annotations

from enum import StrEnum

from manager.model.ports import IPAddress


class Exposure(StrEnum):
    """How wide a port is open, by the words of `ls --json`."""

    LOOPBACK = "loopback"
    ADDRESS = "address"
    ALL = "all"

    @property
    def rank(self) -> int:
        """0 for loopback, 2 for all addresses: wider is higher."""
        return list(Exposure).index(self)

    @property
    def reach(self) -> str:
        """Who can reach it, in words."""
        return {
            Exposure.LOOPBACK: "this host only",
            Exposure.ADDRESS: "whoever reaches that address",
            Exposure.ALL: "every network of this host",
        }[self]


def exposure_of(host_ip: IPAddress | None) -> Exposure:
    """The exposure of a binding on `host_ip`; None is every address."""
    if host_ip is None or host_ip.is_unspecified:
        return Exposure.ALL
    return Exposure.LOOPBACK if host_ip.is_loopback else Exposure.ADDRESS
