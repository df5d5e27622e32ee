"""An item of a `ports` list that is a mapping: the long syntax.

Compose checks little of it: what the engine refuses at create or start is found here too, with
its stage. Sources: compose spec, services.ports; docker compose 2.40.3 and engine 28.5.
"""

from __future__ import annotations

import re

from manager.compose.libyaml import MappingNode, Node, ScalarNode
from manager.compose.reads import Frame, Key, Meaning, Read, key_of
from manager.compose.scalars import MAX_INT, Scalar
from manager.compose.scope import Scope
from manager.compose.short import go_ip, meaning_of, port_range, shown
from manager.compose.text import UNKNOWN, Part, UnknownType
from manager.compose.unique import written_key
from manager.compose.values import PortError, PortParts, PortRun, Stage, Syntax
from manager.model.ports import MAX_PORT, IPAddress, IPProtocol, PortRange
from manager.model.value import dataclass, replace

_KEYS = ("host_ip", "published", "target", "protocol", "mode", "name", "app_protocol")
_TOLD_APART = frozenset({"host_ip", "published", "target", "protocol"})
_ATOI = r"[-+]?[0-9]{1,30}\Z"
_WRAP = 2**32


@dataclass(slots=True, eq=False)
class _Values:
    """What the mapping says: typed values, and the nodes they stand in."""

    frame: Frame
    parts: PortParts
    nodes: dict[str, ScalarNode]
    values: dict[str, Scalar]

    def text(self, name: str, default: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else default

    def error(
        self, name: str, message: str, stage: Stage = Stage.CONFIG, reason: str = "", hint: str = ""
    ) -> PortError:
        part = self.parts.get(name)
        span = self.frame.span if part is None else part.span
        return PortError(message, name, span, stage, reason, hint)


def read_long(frame: Frame, node: MappingNode) -> Read:
    """Read a mapping. Raises UnreadableFileError when its merges grow out of bounds."""
    scope = frame.scope
    error = None
    nodes: dict[str, ScalarNode] = {}
    for name, (key, value) in scope.tree.items(node).items():
        if name in _KEYS and isinstance(value, ScalarNode):
            nodes[name] = value
        elif name in _KEYS or not name.startswith("x-"):
            error = error or _stray(scope, name, key, value)
    parts = PortParts(**{name: scope.part(value) for name, value in nodes.items()})
    values = {name: scope.read(value).value for name, value in nodes.items()}
    found = _Values(frame, parts, nodes, values)
    error = error or _broken(found) or _types(found)
    target = _number(values.get("target"))
    error = error or _target_error(found, target) or _host_error(found)
    if error is not None or target is None:
        sound = int(target) % _WRAP if target is not None and 0 <= target < 2**64 else None
        entry = frame.entry(Syntax.LONG, parts, _known(parts, sound), error=error)
        single = all(name in nodes for name in _TOLD_APART & scope.tree.items(node).keys())
        return Read(entry, None, written=_written(found, error, target) if single else None)
    run = _run(found, target)
    engine = _engine_error(found, run) if _all_known(parts) else None
    entry = frame.entry(Syntax.LONG, parts, _known(parts, run.target), error=engine, run=run)
    plain = _plain(scope, node) | values | {"target": target}
    return Read(entry, _key(found, run, target), plain)


def _written(found: _Values, error: PortError | None, target: float | None) -> object:
    """By what compose tells the entry apart, where the error lies in nothing of that.

    It takes a published port that is null for none.
    """
    values: dict[str, object] = {**found.values, "target": target}
    published = values.get("published")
    sound = published is None or (
        isinstance(published, int | str) and not isinstance(published, bool)
    )
    texts = all(isinstance(values.get(name, ""), str) for name in ("host_ip", "protocol"))
    if error is None or error.late or error.part == "host_ip" or target is None:
        return None
    return written_key(values) if texts and sound and not _broken(found) else None


def _plain(scope: Scope, node: MappingNode) -> dict[str, object]:
    """The extension keys, which count when compose compares entries."""
    return {
        name: scope.read(value).value if isinstance(value, ScalarNode) else id(value)
        for name, (_, value) in scope.tree.items(node).items()
        if name.startswith("x-")
    }


def _stray(scope: Scope, name: str, key: Node, value: Node) -> PortError:
    if name in _KEYS:
        return PortError(f"{name} takes a single value", name, scope.span(value))
    close = {"publish": "published", "hostport": "published", "containerport": "target"}
    meant = close.get(name.lower().replace("_", ""), name.lower().replace("-", "_"))
    meant = {"hostip": "host_ip", "appprotocol": "app_protocol"}.get(meant, meant)
    hint = f"write {meant}" if meant in _KEYS else f"it may have {', '.join(_KEYS)}"
    return PortError(
        f"a port has no key {shown(name)!r}",
        None,
        scope.span(key),
        reason=f"additional properties '{shown(name)}' not allowed",
        hint=hint,
    )


def _broken(found: _Values) -> PortError | None:
    for name, node in found.nodes.items():
        reading = found.frame.scope.read(node)
        if reading.error is not None:
            where = found.frame.scope.raw_span(node, *reading.error_range)
            return PortError(reading.error, name, where)
    return None


def _types(found: _Values) -> PortError | None:
    """What compose's schema says of the values' types."""
    for name, value in found.values.items():
        if isinstance(value, str):
            continue
        if name in {"target", "published"} and isinstance(value, int | float):
            if isinstance(value, bool):
                return found.error(name, f"{name} takes a port, not a truth value")
            if isinstance(value, float) and (name == "published" or not value.is_integer()):
                message = f"{shown(found.nodes[name].value)} is no whole number"
                error = found.error(name, message, hint="quote it")
                return replace(error, late=value.is_integer())
            if name == "published" and value > MAX_INT:
                return replace(found.error(name, f"{value} is no port number"), late=True)
            continue
        written = shown(found.nodes[name].value)
        if value is None:
            return found.error(name, f"{name} is empty", hint=f"drop {name}, or give it a value")
        return found.error(name, f"{name} takes text", hint=f'quote it: "{written}"')
    return None


def _number(value: Scalar) -> int | float | None:
    """The target as compose casts it; None when there is none."""
    if isinstance(value, str):
        if re.match(_ATOI, value) is None or not -MAX_INT - 1 <= int(value) <= MAX_INT:
            return None
        return int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _target_error(found: _Values, target: int | float | None) -> PortError | None:
    if "target" not in found.values:
        return PortError(
            "names no container port",
            None,
            found.frame.span,
            reason="is missing a target port",
            hint="add target",
        )
    if target is None:
        text = shown(found.text("target", ""))
        message = f"target is {text!r}, which is no number" if text else "target is empty"
        hint = "the long syntax takes one port; a range takes the short syntax" * ("-" in text)
        return found.error("target", message, reason="failed to cast to expected type", hint=hint)
    if target < 0:
        below = found.error("target", "target is below 0", reason="overflows uint")
        return replace(below, late=True)
    return None


def _host_error(found: _Values) -> PortError | None:
    if "host_ip" not in found.values or go_ip(found.text("host_ip", "")) is not None:
        return None
    text = shown(found.text("host_ip", ""))
    hint = {"": "drop host_ip for every address", "localhost": "write 127.0.0.1"}.get(text, "")
    hint = hint or ("without brackets here" if text.startswith("[") else "")
    reason = f"invalid ip address: {text}"
    error = found.error("host_ip", f"{text!r} is no IP address", reason=reason, hint=hint)
    return replace(error, late=True)


def _run(found: _Values, target: int | float) -> PortRun:
    published = found.values.get("published")
    return PortRun(
        host_ip=found.text("host_ip", ""),
        published="" if published is None else str(published),
        target=int(target) % _WRAP if target < 2**64 else 0,
        protocol=found.text("protocol", "tcp"),
        mode=found.text("mode", "ingress"),
        name=found.text("name", ""),
        app_protocol=found.text("app_protocol", ""),
    )


def _key(found: _Values, run: PortRun, target: int | float) -> Key:
    published = found.values.get("published")
    protocol = found.values.get("protocol")
    # Compose compares what was written, before it wraps the number.
    written = replace(run, target=int(target))
    host, kind, number, proto = key_of(
        written,
        found.text("host_ip", "") if "host_ip" in found.values else None,
        published if isinstance(published, int | str) else None,
        protocol if isinstance(protocol, str) else None,
    )
    if isinstance(target, float) or int(target) != run.target:
        return (host, f"{kind} to {target}", number, proto)
    return (host, kind, number, proto)


def _known(parts: PortParts, target: int | None) -> Meaning:
    """What the parts say, UNKNOWN where they do not."""
    protocol: str | UnknownType = "tcp"
    if parts.protocol is not None:
        protocol = parts.protocol.value or "tcp" if parts.protocol.known else UNKNOWN
    published = _published(parts.published)
    targets: PortRange | UnknownType = UNKNOWN
    if parts.target is not None and parts.target.known and target is not None:
        targets = PortRange.of(target) if target <= MAX_PORT else UNKNOWN
    picks = isinstance(published, PortRange) and len(published) > 1
    return Meaning(_address(parts.host_ip), published, targets, protocol, picks)


def _address(part: Part | None) -> IPAddress | UnknownType | None:
    if part is None:
        return None
    return meaning_of(part.text) or UNKNOWN if part.known else UNKNOWN


def _published(part: Part | None) -> PortRange | UnknownType | None:
    """What the engine makes of the published text: it drops what follows a slash."""
    if part is None or part.value == "":
        return None
    if part.value is UNKNOWN:
        return UNKNOWN
    ports = part.value.partition("/")[0]
    try:
        found = port_range(ports) if ports else PortRange.of(0)
    except ValueError:
        return UNKNOWN
    return None if found.end == 0 else found


def _all_known(parts: PortParts) -> bool:
    return all(part.known for name in _KEYS if (part := parts.get(name)) is not None)


def _engine_error(found: _Values, run: PortRun) -> PortError | None:
    """What the engine refuses of an entry that compose accepts."""
    if run.target > MAX_PORT:
        message = f"container port {run.target} is over {MAX_PORT}"
        return found.error("target", message, Stage.CREATE)
    published = _published(found.parts.published)
    if published is UNKNOWN:
        return found.error(
            "published",
            f"{shown(run.published)!r} is no host port: compose passes it on, the engine refuses",
            Stage.CREATE,
            hint=f"ports are 0 to {MAX_PORT}, a range is written 8000-8010",
        )
    if isinstance(published, PortRange) and published.start == 0:
        message = "a range of host ports cannot begin at 0"
        return found.error("published", message, Stage.START, hint="begin at 1")
    if run.protocol and run.protocol.lower() not in set(IPProtocol):
        return found.error(
            "protocol",
            f"{shown(run.protocol)!r} is no protocol that Docker publishes: it fails at start",
            Stage.START,
            hint="use tcp, udp or sctp",
        )
    return None
