"""Free one host port, a holder at a time: what both front ends do once a way was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from manager.errors import Refused
from manager.model.conflict import holders_of
from manager.model.freeing import Offer, offers
from manager.model.listener import HostSocket, Process
from manager.model.place import HostPlace
from manager.model.portclass import FreePortSearch
from manager.model.ports import IPProtocol, PortRange
from manager.model.portspec import PortSpec

if TYPE_CHECKING:
    from manager.change.request import Move
    from manager.service import PortManager

PATIENCE = 10.0
"""Seconds that a process gets to end after TERM, as Docker gives a container."""

_KILL_PATIENCE = 2.0
_IN_USE = "in use"


@dataclass(frozen=True, slots=True)
class Freeing:
    """A port that is to be freed; what its place leaves open is whichever is held."""

    manager: PortManager
    place: HostPlace

    def offers(self) -> tuple[Offer, ...]:
        """What can be done about each holder now. Raises EngineError."""
        place = self.place
        now = self.manager.snapshot(port=place.port)
        held = holders_of(now, place.port, place.protocol, place.host_ip)
        processes = self.manager.processes
        if processes is None:
            return offers(held, untouchable=_unknown, keeper=lambda _: "")
        return offers(held, untouchable=processes.untouchable, keeper=processes.keeper)

    def move_request(self, offer: Offer) -> Move:
        """The request that gives the container's mapping a free port: planned as any change."""
        from manager.change.request import Move  # noqa: PLC0415 -- pydantic, only for a change
        from manager.model.advice import service_of, spec_for  # noqa: PLC0415

        holder, close_by = offer.holder, self.another()
        target = PortSpec(None, PortRange.of(close_by) if close_by else None)
        if (service := service_of(holder)) is not None:
            # It is as open as it was: a service cannot be bound to less.
            here = PortRange.of(holder.socket.host_port)
            source = PortSpec(None, here, None, holder.socket.protocol)
            return Move(container=service, source=source, target=target, expose=True)
        assert holder.container is not None
        source = spec_for(holder.socket, holder.container)
        return Move(container=holder.container.name, source=source, target=target)

    def stop(self, offer: Offer) -> None:
        """Stop the container. Raises EngineError."""
        assert offer.holder.container is not None
        self.manager.stop(offer.holder.container.id)

    def end(self, offer: Offer, *, kill: bool = False, patience: float | None = None) -> bool:
        """Ask the process to end, or end it; whether it is gone within `patience` seconds.

        patience None gives it the usual time. Raises Refused.
        """
        process, processes = offer.holder.process, self.manager.processes
        if offer.why_not or process is None or processes is None:
            raise Refused(f"{offer.holder} is not ended: {offer.why_not}")
        usual = _KILL_PATIENCE if kill else PATIENCE
        return processes.end(process, kill=kill, patience=usual if patience is None else patience)

    def in_the_way(self, protocol: IPProtocol = IPProtocol.TCP) -> str:
        """Why the port is still not free, empty when it is. Raises EngineError."""
        held = [str(offer.holder) for offer in self.offers() if offer.bound]
        if held:
            return f"it is held by {', '.join(dict.fromkeys(held))}"
        if not self.manager.host_is_engines:
            return ""
        place = self.place
        socket = HostSocket(place.host_ip, place.port, place.protocol or protocol)
        reason = self.manager.host.bind_error(socket) or ""
        if _IN_USE not in reason:
            return ""
        return f"nobody is seen to hold it, but it cannot be bound: {reason}"

    def another(self) -> int | None:
        """A free port close by."""
        protocol = self.place.protocol or IPProtocol.TCP
        found = self.manager.free(FreePortSearch(1, near=self.place.port), protocol=protocol)
        return found[0] if found else None


def _unknown(process: Process) -> str:
    return f"nothing is known about ending process {process.pid} from here"
