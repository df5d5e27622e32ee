"""First words for UDP services that answer only what they understand, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping

from manager.host.greetings import Spoken, first_line

_DNS = b"\x70\x6d\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"
"""A question for the name servers of the root (RFC 1035 section 4.1)."""

_NTP = b"\x23" + b"\0" * 47
"""A client's request of version 4 (RFC 5905 section 7.3)."""

PAYLOADS: Mapping[int, bytes] = {53: _DNS, 5353: _DNS, 123: _NTP}
"""What to send, by the port that such a server usually listens on."""


def identify_datagram(asked: bytes, reply: bytes) -> Spoken:
    """Who answers, as far as the answer shows it."""
    if asked and reply == asked:
        return Spoken("echo", "sends back what it gets")
    if asked == _DNS and reply[:2] == _DNS[:2] and len(reply) >= 12 and reply[2] & 0x80:
        code = reply[3] & 0x0F
        return Spoken("dns", "answers" if code == 0 else f"refuses with code {code}")
    if asked == _NTP and len(reply) >= 48 and reply[0] & 7 == 4:
        return Spoken("ntp", f"stratum {reply[1]}")
    text = first_line(reply)
    return Spoken("", text if text.isprintable() else f"{len(reply)} bytes")
