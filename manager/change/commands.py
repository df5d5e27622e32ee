"""Requests as the commands that a person would type for them: what hints are made of."""

from __future__ import annotations

import shlex

from manager.change.request import (
    LayerChoice,
    Loopback,
    Move,
    Publish,
    Restore,
    SaveChoice,
    Unpublish,
)
from manager.model.ports import PortMapping, format_host
from manager.model.portspec import PortSpec

AnyRequest = Publish | Unpublish | Move | Loopback | Restore


def as_command(request: AnyRequest) -> str:
    """The command line that makes this request, quoted for a shell."""
    if isinstance(request, Restore):
        words = ["undo", request.of]
    else:
        words = [request.kind, request.container, *_operands(request)]
    return shlex.join(["pmap", *words, *_options(request)])


def spec_of(mapping: PortMapping) -> str:
    """A mapping as the SPEC that names it and no other."""
    binding, port = mapping.binding, mapping.container_port
    host = "0.0.0.0" if binding.host_ip is None else format_host(binding.host_ip)
    ports = "0" if binding.host_ports is None else str(binding.host_ports)
    protocol = "" if port.protocol == "tcp" else f"/{port.protocol}"
    return f"{host}:{ports}:{port.number}{protocol}"


def _operands(request: Publish | Unpublish | Move | Loopback) -> list[str]:
    specs: tuple[PortSpec, ...] = ()
    if isinstance(request, Publish | Unpublish):
        specs = request.specs
    elif isinstance(request, Move):
        specs = (request.source, request.target)
    return [str(spec) for spec in specs]


def _options(request: AnyRequest) -> list[str]:
    options = {
        "--expose": request.expose,
        "--save": request.save is SaveChoice.FILE,
        "--save=override": request.save is SaveChoice.OVERRIDE,
        "--keep-layer": request.layer is LayerChoice.KEEP,
        "--discard-layer": request.layer is LayerChoice.DISCARD,
        "--allow-rm": request.auto_remove,
        "--keep-logs": request.keep_logs,
    }
    return [option for option, chosen in options.items() if chosen]
