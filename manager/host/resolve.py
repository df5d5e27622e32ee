"""Names to addresses, as programs on this host get them."""

from __future__ import annotations

import socket
import time
from ipaddress import ip_address

from manager.model.localhost import Resolution


def resolve(name: str) -> Resolution:
    """Ask the system's resolver (hosts file, DNS, whatever nsswitch says). May wait for DNS."""
    begun = time.monotonic()
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        return Resolution(name, (), time.monotonic() - begun, problem)
    texts = (str(answer[4][0]).partition("%")[0] for answer in answers)
    addresses = tuple(dict.fromkeys(ip_address(text) for text in texts))
    return Resolution(name, addresses, time.monotonic() - begun)
