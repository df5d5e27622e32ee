"""Which engine is chosen, by whom, and whether something that was set is not used."""

from __future__ import annotations

from collections.abc import Iterator

from manager.doctor.check import Check
from manager.doctor.examination import Examination
from manager.doctor.result import Remark, passed, warned
from manager.engine.contexts import ContextStore


def _look(facts: Examination) -> Iterator[Remark]:
    environ = facts.environ
    host, named = environ.get("DOCKER_HOST"), environ.get("DOCKER_CONTEXT")
    current = ContextStore.of(environ).current()
    info = facts.info
    if host and named:
        yield warned(
            f"DOCKER_HOST is set to {host}, so DOCKER_CONTEXT={named} is not used",
            "unset DOCKER_HOST",
        )
    elif host and current and current != "default":
        yield warned(
            f"DOCKER_HOST is set to {host}, so the current context {current} is not used",
            f"unset DOCKER_HOST, or name the context: pmap --context {current} ls",
        )
    elif info is not None:
        chosen = f"context {info.context}" if info.context else "no context"
        by = " by DOCKER_HOST" if host else ""
        yield passed(f"{chosen}: {info.host}{by}")
    elif facts.unavailable is None:
        yield passed(f"context {named or current or 'default'}")


CHECK = Check("context", "Context", _look)
