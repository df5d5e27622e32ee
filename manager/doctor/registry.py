"""Every check, in the order in which they are told."""

from __future__ import annotations

from manager.doctor.check import Check
from manager.doctor.checks import (
    answering,
    bound,
    commands,
    context,
    default_address,
    engine,
    ephemeral,
    firewall,
    ghosts,
    interrupted,
    known_bugs,
    leftovers,
    localhost,
    low_ports,
    open_ports,
    rootless,
    userland_proxy,
)

CHECKS: tuple[Check, ...] = (
    engine.CHECK,
    known_bugs.CHECK,
    context.CHECK,
    rootless.CHECK,
    userland_proxy.CHECK,
    default_address.CHECK,
    open_ports.CHECK,
    firewall.CHECK,
    bound.CHECK,
    answering.CHECK,
    leftovers.CHECK,
    ghosts.CHECK,
    ephemeral.CHECK,
    low_ports.CHECK,
    localhost.CHECK,
    commands.CHECK,
    interrupted.CHECK,
)
