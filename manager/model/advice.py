"""The way out of a held port, in commands that can be typed."""

from __future__ import annotations

import shlex

from manager.model.conflict import Holder, HolderKind


def advice_for(holder: Holder) -> str:
    """What to type about one holder."""
    port = holder.socket.host_port
    protocol = "" if holder.socket.protocol == "tcp" else f"/{holder.socket.protocol}"
    name = shlex.quote(holder.container.name) if holder.container else ""
    if holder.kind is HolderKind.CONTAINER and holder.note:
        return (
            f"it listens itself ({holder.note}): change the app's own port, or docker stop {name}"
        )
    if holder.kind is HolderKind.CONTAINER:
        return f"pmap move {name} {port}{protocol} 0 gives it a free port; docker stop {name}"
    if holder.kind is HolderKind.STOPPED_CONTAINER:
        return f"pmap unpublish {name} {port}{protocol} takes it away; or docker rm {name}"
    if holder.kind is HolderKind.PROCESS and holder.note:
        return f"{holder.note}: restarting the engine clears it"
    if holder.kind is HolderKind.PROCESS:
        end = f"kill {holder.process.pid}" if holder.process else f"sudo pmap who {port}"
        return f"{end}; or another port: pmap free --near {port}"
    return f"pmap free --near {port}"


def advice(port: int, holders: tuple[Holder, ...]) -> str:
    """What to type about a port: one way out a holder, or how to use the free port."""
    if not holders:
        return f"it is free: pmap publish NAME {port}"
    lines = dict.fromkeys(advice_for(holder) for holder in holders)
    return "\n".join(lines)
