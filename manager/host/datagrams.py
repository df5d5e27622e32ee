"""First words for UDP services that answer only what they understand, by their usual port."""

from __future__ import annotations

from collections.abc import Mapping

_DNS = b"\x70\x6d\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"
"""A question for the name servers of the root (RFC 1035 section 4.1)."""

_NTP = b"\x23" + b"\0" * 47
"""A client's request of version 4 (RFC 5905 section 7.3)."""

PAYLOADS: Mapping[int, bytes] = {53: _DNS, 5353: _DNS, 123: _NTP}
