"""What the firewalls of a host say, in one small value.

Docker sends packets for published ports on with DNAT before the INPUT chain sees them, so a deny
of ufw or a drop policy there does not stop them; the DOCKER-USER chain is where it can be done.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ufw:
    """ufw as configured. rules None: they may not be read by this user."""

    enabled: bool
    default_input: str = "deny"
    rules: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FirewallFacts:
    """The firewalls of this host.

    ufw: None where it is not installed. firewalld: whether it runs. input_policy: of the INPUT
    hook (accept or drop), None where unknown. docker_user: the rules of DOCKER-USER but for the
    bare return, None where there is no such chain or it is unknown. sources: what was read.
    unknown: what could not be, and why. engine_rules: whether an engine's own rules are there; a
    firewall that was started or flushed by hand may have removed them. strict_forward: firewalld
    forwards nothing but what it opened itself (StrictForwardPorts).
    """

    ufw: Ufw | None = None
    firewalld: bool = False
    input_policy: str | None = None
    docker_user: tuple[str, ...] | None = None
    sources: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    engine_rules: bool | None = None
    strict_forward: bool = False

    @property
    def denying(self) -> str:
        """Who denies incoming packets by default, in words; empty where nobody does."""
        if self.ufw is not None and self.ufw.enabled and self.ufw.default_input != "allow":
            return "ufw"
        if self.firewalld:
            return "firewalld"
        return "the INPUT chain" if self.input_policy == "drop" else ""

    @property
    def denies_in_vain(self) -> bool:
        """Whether something denies incoming packets, and published ports are open all the same.

        False where DOCKER-USER has rules, which may do what the person means.
        """
        return bool(self.denying) and not self.docker_user
