"""What a repository sets for `pmap check`: `[tool.pmap]` in pyproject.toml, or pmap.toml.

    [tool.pmap]
    ignore = ["PM304"]                  # rules by id, name or start of an id
    severity = { PM101 = "warning" }
    open = ["web:443", "proxy:80", "53/udp"]   # meant to be open: [SERVICE:]PORT[-PORT][/PROTO]
    ephemeral-range = "32768-60999"
    exclude = ["tests/fixtures/**"]     # folders and files that are not looked at
    baseline = "pmap-baseline.json"
    fail-on = "error"
    strict = false

In pmap.toml the same keys stand at the top. Everything is checked: a key that is not known is an
error and not ignored.
"""

from __future__ import annotations

from collections.abc import Mapping

from manager.errors import InvalidInput, InvalidPortSpec
from manager.model.finding import Severity
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import PortRange
from manager.model.value import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class OpenPort(NamedTuple):
    """Host ports that are meant to be reachable from outside; None stands for any."""

    ports: PortRange
    service: str | None = None
    protocol: str | None = None

    @classmethod
    def parse(cls, text: str) -> OpenPort:
        """Read `[SERVICE:]PORT[-PORT][/PROTO]`. Raises InvalidPortSpec."""
        body, slash, protocol = text.partition("/")
        service, colon, ports = body.rpartition(":")
        if slash and protocol not in {"tcp", "udp", "sctp"}:
            raise InvalidPortSpec(f"{text!r}: the protocol is tcp, udp or sctp")
        if colon and not service:
            raise InvalidPortSpec(f"{text!r} names no service before the colon")
        return cls(PortRange.parse(ports), service or None, protocol or None)

    def covers(self, service: str, ports: PortRange, protocol: str) -> bool:
        """Whether all of these host ports of a service are meant to be open."""
        return (
            self.service in {None, service}
            and self.protocol in {None, protocol}
            and self.ports.start <= ports.start
            and ports.end <= self.ports.end
        )


# Not a MappingProxyType: settings are sent from one process to another.
_NONE: Mapping[str, Severity] = {}


class Config(NamedTuple):
    """The settings of a check. select None is every rule; path is the file they come from."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = _NONE
    open: tuple[OpenPort, ...] = ()
    ephemeral_range: PortRange = LINUX_EPHEMERAL
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    fail_on: Severity | None = None
    strict: bool = False
    path: str | None = None

    def meant_to_be_open(self, service: str, ports: PortRange, protocol: str) -> bool:
        """Whether the configuration says that these host ports are open on purpose."""
        return any(entry.covers(service, ports, protocol) for entry in self.open)


def read_config(table: Mapping[str, Any], path: str) -> Config:
    """The settings in a table of `path`. Raises InvalidInput, which names the key."""
    values: dict[str, Any] = {"path": path}
    for key, value in table.items():
        if key not in _READERS:
            raise InvalidInput(f"{path}: {key!r} is not a setting of pmap", hint=_nearest(key))
        try:
            values[key.replace("-", "_")] = _READERS[key](value)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"{path}: {key}: {error}", hint=_EXAMPLES[key]) from None
    return Config(**values)


def parse_severity(text: object) -> Severity:
    """Read a severity. Raises ValueError."""
    if text not in list(Severity):
        raise ValueError(f"{text!r} is not one of error, warning, info")
    return Severity(str(text))


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of texts is needed")
    return tuple(value)


def _globs(value: object) -> tuple[str, ...]:
    return tuple(glob.rstrip("/") or "/" for glob in _texts(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a text is needed")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is needed")
    return value


def _severities(value: object) -> dict[str, Severity]:
    if not isinstance(value, dict):
        raise TypeError("a table of rule = severity is needed")
    return {str(rule): parse_severity(severity) for rule, severity in value.items()}


def _open(value: object) -> tuple[OpenPort, ...]:
    if isinstance(value, list):
        value = [str(item) if type(item) is int else item for item in value]
    try:
        return tuple(OpenPort.parse(item) for item in _texts(value))
    except InvalidPortSpec as error:
        raise ValueError(error.message) from None


def _range(value: object) -> PortRange:
    try:
        return PortRange.parse(_text(value))
    except InvalidPortSpec as error:
        raise ValueError(error.message) from None


_READERS = {
    "select": _texts,
    "ignore": _texts,
    "severity": _severities,
    "open": _open,
    "ephemeral-range": _range,
    "exclude": _globs,
    "baseline": _text,
    "fail-on": parse_severity,
    "strict": _flag,
}
_EXAMPLES = {
    "select": 'select = ["PM0", "PM101"]',
    "ignore": 'ignore = ["PM304"]',
    "severity": 'severity = { PM101 = "warning" }',
    "open": 'open = ["web:443", "8000-8010", "53/udp"]',
    "ephemeral-range": 'ephemeral-range = "32768-60999"',
    "exclude": 'exclude = ["tests/fixtures/**"]',
    "baseline": 'baseline = "pmap-baseline.json"',
    "fail-on": 'fail-on = "warning"',
    "strict": "strict = true",
}


def _nearest(key: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistyped key needs it

    close = get_close_matches(key.replace("_", "-"), _READERS, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"the settings are {', '.join(_READERS)}"
