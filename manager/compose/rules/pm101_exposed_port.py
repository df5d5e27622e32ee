"""A port is reachable from other machines.

Without an address Docker binds a port on every address of the host, and its own firewall
rules come before those of ufw: `ufw deny 8080` does not close it. That is rarely meant for
a development stack, and never for what has no login.

    - "8080:80"             open to everybody
    - "127.0.0.1:8080:80"   this host only

A default binding of the network (`com.docker.network.bridge.host_binding_ipv4`) is respected.
What is meant to be open is written down in the configuration: `open = ["web:443"]`.

On engines before 28.0 a neighbour on the same network segment may still reach a port that is
published on loopback.

Fix (unsafe, since it changes who can connect): `127.0.0.1:` before an entry without an address.
"""

from __future__ import annotations

from collections.abc import Iterator

from manager.compose.reachable import exposed, exposure_hit
from manager.compose.rule import Context, Hit
from manager.compose.words import host_side


def check(context: Context) -> Iterator[Hit]:
    """Entries that are open wider than loopback."""
    for service, entry, address in exposed(context):
        yield exposure_hit(context, service, entry, host_side(entry), address)
