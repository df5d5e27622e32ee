"""From a request and what was read to a plan. Pure: the same facts give the same plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from manager.change.conflicts import check_conflicts, check_exposure
from manager.change.cost import cost_of
from manager.change.facts import Facts
from manager.change.layer import paths_to_copy
from manager.change.operations import Replacement, operations
from manager.change.plan import Plan
from manager.change.request import ChangeRequest, LayerChoice
from manager.change.resolve import resolve
from manager.change.validate import (
    check_dependents,
    check_layers,
    check_networks,
    check_parts,
    check_save,
    check_target,
)
from manager.change.warnings import warnings
from manager.interfaces import Record
from manager.model.container import Container
from manager.model.snapshot import Snapshot


def plan_change(snapshot: Snapshot, request: ChangeRequest, facts: Facts) -> Plan:
    """The plan of a request. Raises Refused, with conflicts, the reason and what to type next.

    A request for what is so already gives an empty plan, whose warnings say so.
    """
    target = facts.target
    check_target(snapshot, request, target, facts.record)
    desired = resolve(request, facts.inputs(snapshot))
    origin = target.origin
    plan = Plan(
        id=facts.id,
        request=request,
        container=target.name,
        container_id=target.id,
        project=target.project,
        service=target.service,
        origin_file=origin.files[-1] if origin and origin.files else None,
        before=target.mappings,
        after=desired.after,
        warnings=desired.notes,
        fingerprint=snapshot.fingerprint,
    )
    if desired.after == target.mappings:
        return plan
    _check(snapshot, request, facts, plan)
    return plan.model_copy(
        update={
            "operations": operations(
                plan.id, tuple(_replaced(snapshot, request, facts)), facts.file_edit
            ),
            "warnings": (*desired.notes, *warnings(snapshot, request, facts, plan)),
            "cost": cost_of(request, facts),
            "file_edit": facts.file_edit,
        }
    )


def _check(snapshot: Snapshot, request: ChangeRequest, facts: Facts, plan: Plan) -> None:
    check_exposure(request, plan.added)
    check_conflicts(snapshot, request, facts.target, plan.after, facts.bind_errors)
    check_parts(
        facts.target,
        facts.record,
        image_present=facts.image_present,
        lost_networks=facts.lost_networks,
    )
    if plan.added:
        check_networks(facts.target, facts.networks)
    check_save(request, facts.save_problem, facts.save_hint)
    check_dependents(request, facts.target, facts.dependents)
    check_layers(request, facts.layers)


def _replaced(snapshot: Snapshot, request: ChangeRequest, facts: Facts) -> Iterator[Replacement]:
    # Podman has no daemon that would start what was stopped, and no call that changes a policy.
    revives = snapshot.engine is None or not snapshot.engine.podman
    cause = "ports are fixed when a container is created"
    yield _replacement(request, facts, facts.target, facts.record, cause, revives=revives)
    for dependent in facts.following:
        cause = f"it {dependent.ties[0].words.replace('its', 'the')} of the old one"
        yield _replacement(
            request, facts, dependent.container, dependent.record, cause, revives=revives
        )


def _replacement(
    request: ChangeRequest,
    facts: Facts,
    container: Container,
    record: Record,
    cause: str,
    *,
    revives: bool,
) -> Replacement:
    config: Mapping[str, Any] = record.get("HostConfig") or {}
    policy = (config.get("RestartPolicy") or {}).get("Name")
    keep = request.layer is LayerChoice.KEEP
    return Replacement(
        container,
        cause,
        copied=paths_to_copy(facts.layers.get(container.name, ())) if keep else (),
        vanishes=container.running and bool(config.get("AutoRemove")),
        held=revives and policy not in {None, "", "no"},
        logs=container.name in facts.logged,
    )
