"""What a form holds before it is a request: plain texts, as typed, and the rows it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from manager.errors import NoSuchContainer
from manager.model.ports import IPAddress, IPProtocol, PortRange, parse_ip, parse_protocol
from manager.model.portspec import PortSpec
from manager.model.rows import PortRow
from tui.kinds import Kind

if TYPE_CHECKING:
    from manager.change.request import ChangeRequest

EVERY_ADDRESS = frozenset({"*", "all", "any"})
"""What people write for every address, beside 0.0.0.0."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts and choices of a form. rows: what move, loopback and unpublish are about.

    undo_of: the id of the change to turn round, None for the last one.
    """

    kind: Kind
    rows: tuple[PortRow, ...] = ()
    container: str = ""
    address: str = ""
    port: str = ""
    target: str = ""
    expose: bool = False
    save: str = "no"
    layer: str = "ask"
    auto_remove: bool = False
    keep_logs: bool = False
    undo_of: str | None = None


def requests(draft: Draft) -> tuple[ChangeRequest, ...]:
    """The requests that the draft asks for, one a container; none for an undo.

    Imports pydantic: call it off the screen's thread. Raises InvalidPortSpec, NoSuchContainer.
    """
    options = {"expose": draft.expose, **options_of(draft)}
    if draft.kind is Kind.PUBLISH:
        return (_publish(draft, options),)
    if draft.kind is Kind.MOVE:
        return (_move(draft, options),)
    return _of_rows(draft, options)


def options_of(draft: Draft) -> dict[str, Any]:
    """What was chosen beside the ports, as fields of a request."""
    from manager.change.request import LayerChoice, SaveChoice

    return {
        "save": SaveChoice(draft.save),
        "layer": LayerChoice(draft.layer),
        "auto_remove": draft.auto_remove,
        "keep_logs": draft.keep_logs,
    }


def _publish(draft: Draft, options: dict[str, Any]) -> ChangeRequest:
    from manager.change.request import Publish

    name = draft.container.strip()
    if not name:
        raise NoSuchContainer("which container?", hint="type its name")
    return Publish(container=name, specs=(wanted_spec(draft),), **options)


def _move(draft: Draft, options: dict[str, Any]) -> ChangeRequest:
    from manager.change.request import Move

    row = draft.rows[0]
    return Move(container=_name(row), source=spec_of_row(row), target=wanted_spec(draft), **options)


def _of_rows(draft: Draft, options: dict[str, Any]) -> tuple[ChangeRequest, ...]:
    """One Loopback or Unpublish a container."""
    from manager.change.request import Loopback, Unpublish

    owners = dict.fromkeys(_name(row) for row in draft.rows)
    if draft.kind is Kind.LOOPBACK:
        return tuple(Loopback(container=owner, **options) for owner in owners)
    if draft.kind is Kind.UNDO:
        return ()
    return tuple(
        Unpublish(
            container=owner,
            specs=tuple(spec_of_row(row) for row in draft.rows if _name(row) == owner),
            **options,
        )
        for owner in owners
    )


def wanted_spec(draft: Draft) -> PortSpec:
    """The SPEC that the fields spell. Raises InvalidPortSpec."""
    ports, protocol = read_target(draft.target)
    return PortSpec(read_address(draft.address), read_port(draft.port), ports, protocol)


def spec_of_row(row: PortRow) -> PortSpec:
    """The SPEC that names the row's mapping and no other of its container."""
    every = parse_ip("0.0.0.0")
    target = row.container_port
    return PortSpec(
        every if row.host_ip is None else row.host_ip,
        row.host_ports,
        PortRange.of(target.number) if target else None,
        target.protocol if target else None,
    )


def read_address(text: str) -> IPAddress | None:
    """The address of the field; None where it is empty. Raises InvalidPortSpec."""
    bare = text.strip()
    if bare.casefold() in EVERY_ADDRESS:
        return parse_ip("0.0.0.0")
    return parse_ip(bare) if bare else None


def read_port(text: str) -> PortRange | None:
    """The host port of the field; None where pmap shall pick one. Raises InvalidPortSpec."""
    bare = text.strip()
    return None if bare in {"", "0"} else PortRange.parse(bare)


def read_target(text: str) -> tuple[PortRange | None, IPProtocol | None]:
    """The container port of the field, `80` or `80/udp`. Raises InvalidPortSpec."""
    ports, slash, protocol = text.strip().partition("/")
    return (
        PortRange.parse(ports) if ports else None,
        parse_protocol(protocol) if slash else None,
    )


def command_of(draft: Draft) -> str:
    """The command line that would do the same; several are joined by `&&`.

    Imports pydantic. Raises as `requests` does.
    """
    from manager.change.commands import as_command

    if draft.kind is Kind.UNDO:
        return f"pmap undo {draft.undo_of}" if draft.undo_of else "pmap undo"
    return " && ".join(as_command(request) for request in requests(draft))


def _name(row: PortRow) -> str:
    """The container's name: it stands in what the plan says, and in the command to copy."""
    assert row.container is not None, "only rows of containers are changed"
    return row.container.name
