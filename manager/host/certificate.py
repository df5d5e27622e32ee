"""What a TLS certificate says of itself: its names and its end. Nothing is verified here.

Python's ssl tells the parts of a certificate only where it verified it; self-signed and expired
ones are just what is to be shown. So the few fields are read from the DER. Sources: X.690 (DER),
RFC 5280 section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

from manager.model.probing import Certificate

_SEQUENCE, _OID, _OCTETS = 0x30, 0x06, 0x04
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_NAME = 0x82, 0x87
_COMMON_NAME = b"\x55\x04\x03"  # 2.5.4.3
_ORGANIZATION = b"\x55\x04\x0a"  # 2.5.4.10
_ALT_NAMES = b"\x55\x1d\x11"  # 2.5.29.17
_BMP_STRING = 0x1E


def parse_certificate(der: bytes) -> Certificate:
    """Read a certificate in DER. Raises ValueError when it is none."""
    body = _only(_only(der, _SEQUENCE), _SEQUENCE)
    fields = [(tag, content) for tag, content in _children(body) if tag != _VERSION]
    if len(fields) < 5:
        raise ValueError("a certificate without a subject")
    issuer, validity, subject = fields[2][1], fields[3][1], fields[4][1]
    times = [_time(tag, content) for tag, content in _children(validity)]
    if len(times) != 2:
        raise ValueError("a certificate without an end")
    extensions = next((content for tag, content in fields if tag == _EXTENSIONS), b"")
    return Certificate(_name(subject), _name(issuer), _alt_names(extensions), times[0], times[1])


def _children(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements one after the other: tag and content. Raises ValueError."""
    offset = 0
    while offset < len(data):
        if offset + 2 > len(data):
            raise ValueError("an element is cut off")
        tag, length = data[offset], data[offset + 1]
        offset += 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or offset + size > len(data):
                raise ValueError("a length that DER does not have")
            length = int.from_bytes(data[offset : offset + size], "big")
            offset += size
        if offset + length > len(data):
            raise ValueError("an element is cut off")
        yield tag, data[offset : offset + length]
        offset += length


def _only(data: bytes, tag: int) -> bytes:
    """The content of the first element, which must have that tag."""
    first = next(_children(data), None)
    if first is None or first[0] != tag:
        raise ValueError("not the element that belongs here")
    return first[1]


def _name(content: bytes) -> str:
    """The common name of a Name, else its organization, else nothing."""
    found: dict[bytes, str] = {}
    for _, relative in _children(content):
        for _, pair in _children(relative):
            parts = list(_children(pair))
            if len(parts) == 2 and parts[0][0] == _OID:
                tag, value = parts[1]
                encoding = "utf-16-be" if tag == _BMP_STRING else "utf-8"
                found[parts[0][1]] = value.decode(encoding, "replace")
    return found.get(_COMMON_NAME) or found.get(_ORGANIZATION) or ""


def _time(tag: int, content: bytes) -> datetime:
    text = content.decode("ascii")
    if tag == _UTC_TIME:
        # RFC 5280: years from 50 are of the last century.
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("not a time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _alt_names(extensions: bytes) -> tuple[str, ...]:
    if not extensions:
        return ()
    for _, extension in _children(_only(extensions, _SEQUENCE)):
        parts = list(_children(extension))
        if parts and parts[0] == (_OID, _ALT_NAMES) and parts[-1][0] == _OCTETS:
            return tuple(_general_names(_only(parts[-1][1], _SEQUENCE)))
    return ()


def _general_names(content: bytes) -> Iterator[str]:
    for tag, value in _children(content):
        if tag == _DNS_NAME:
            yield value.decode("ascii", "replace")
        elif tag == _IP_NAME and len(value) in {4, 16}:
            yield str(ip_address(value))
