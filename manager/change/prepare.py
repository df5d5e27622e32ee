"""What a change writes down before it touches anything: the journal's entry, complete."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from manager.change.cost import stop_timeout
from manager.change.dependents import Tie
from manager.change.deps import Deps
from manager.change.entry import Entry, KeptBlueprint, Member
from manager.change.facts import Facts
from manager.change.layer import paths_to_copy
from manager.change.plan import Plan
from manager.change.request import LayerChoice
from manager.interfaces import Blueprint, Record
from manager.model.container import HASH_LABEL, Container

_ID_LENGTH = 64


def begin_entry(plan: Plan, facts: Facts, deps: Deps) -> Entry:
    """The entry of a change that is about to begin. Reads images and networks. Raises EngineError.

    Members stand in the order in which they are created: the target first.
    """
    info = deps.engine.info()
    wanted = deps.engine.blueprint(facts.record, plan.after)
    blueprints = {**facts.originals, facts.target.name: wanted}
    target, *following = (
        _member(plan, facts, container, record, blueprints[container.name])
        for container, record in facts.replaced
    )
    return Entry(
        tx=plan.id,
        engine_key=info.key,
        engine=info.name,
        engine_time=deps.engine.now(),
        begun=deps.clock.now(),
        pid=os.getpid(),
        host=socket.gethostname(),
        plan=plan,
        members=(_labelled(target, plan), *following),
    )


def _member(
    plan: Plan, facts: Facts, container: Container, record: Record, blueprint: Blueprint
) -> Member:
    """What to know of one container, and what to make it anew from."""
    host_config: Mapping[str, Any] = record.get("HostConfig") or {}
    keep = plan.request.layer is LayerChoice.KEEP
    return Member(
        name=container.name,
        old_id=container.id,
        was_running=container.running,
        vanishes=container.running and bool(host_config.get("AutoRemove")),
        logged=container.name in facts.logged,
        policy=dict(host_config.get("RestartPolicy") or {"Name": "no", "MaximumRetryCount": 0}),
        record=deepcopy(dict(record)),
        blueprint=KeptBlueprint.of(blueprint),
        original=KeptBlueprint.of(facts.originals[container.name]),
        copies=paths_to_copy(facts.layers.get(container.name, ())) if keep else (),
        stop_timeout=stop_timeout(record, facts.stop_timeout),
    )


def _labelled(target: Member, plan: Plan) -> Member:
    """The target with the config hash that its service has after the file's edit.

    So that the next `docker compose up` finds that nothing has to be done.
    """
    config_hash = plan.file_edit.config_hash if plan.file_edit else None
    if config_hash is None:
        return target
    body = deepcopy(target.blueprint.body)
    body["Labels"] = {**(body.get("Labels") or {}), HASH_LABEL: config_hash}
    blueprint = target.blueprint.model_copy(update={"body": body})
    return target.model_copy(update={"blueprint": blueprint})


def tied_blueprint(entry: Entry, member: Member) -> Blueprint:
    """The member's blueprint, hanging on the new containers of this change by their ids.

    Engines resolve names when a container is created, and then the names are the old ones' still.
    """
    blueprint = member.blueprint.blueprint()
    new_ids = _new_ids(entry)
    config = dict(blueprint.body.get("HostConfig") or {})
    for mode in (Tie.NETWORK, Tie.PID, Tie.IPC):
        kind, colon, other = str(config.get(mode) or "").partition(":")
        if kind == "container" and colon and other in new_ids:
            config[mode] = f"container:{new_ids[other]}"
    if links := config.get(Tie.LINK):
        config[Tie.LINK] = [_tied_link(link, new_ids) for link in links]
    if sources := config.get(Tie.VOLUMES):
        config[Tie.VOLUMES] = [_tied_volumes(source, member, new_ids) for source in sources]
    return replace(blueprint, body={**blueprint.body, "HostConfig": config})


def _new_ids(entry: Entry) -> dict[str, str]:
    """New ids by the names and ids of those that they replace."""
    made = [member for member in entry.members if member.new_id is not None]
    return {key: member.new_id or "" for member in made for key in (member.name, member.old_id)}


def _tied_link(link: str, new_ids: Mapping[str, str]) -> str:
    """`/web:/app/db` with another container before the colon, where that is a new one."""
    other, _, alias = link.partition(":")
    new_id = new_ids.get(other.removeprefix("/"))
    return link if new_id is None else f"{new_id}:{alias.rpartition('/')[2]}"


def _tied_volumes(source: str, member: Member, new_ids: Mapping[str, str]) -> str:
    """`web:ro` stays, as the name will be the new one's; an id must be the new one's."""
    other, colon, mode = source.partition(":")
    by_id = other in new_ids and other != member.name and len(other) == _ID_LENGTH
    return f"{new_ids[other]}{colon}{mode}" if by_id else source


def expected_record(entry: Entry, member: Member) -> Record:
    """The old inspect, but for what the blueprint changes on purpose and for temporary names."""
    config: dict[str, Any] = dict(member.record.get("Config") or {})
    wanted = (member.blueprint.body.get("Labels") or {}).get(HASH_LABEL)
    if wanted is not None:
        config["Labels"] = {**(config.get("Labels") or {}), HASH_LABEL: wanted}
    host_config: dict[str, Any] = dict(member.record.get("HostConfig") or {})
    if links := host_config.get(Tie.LINK):
        names = {m.name: entry.new_name(m) for m in entry.members if m.new_id is not None}
        host_config[Tie.LINK] = [_renamed_link(link, names) for link in links]
    return {**member.record, "Config": config, "HostConfig": host_config}


def _renamed_link(link: str, names: Mapping[str, str]) -> str:
    """`/web:/app/db` as an engine shows it while the new ones have their temporary names."""
    other, _, alias = link.partition(":")
    owner, _, short = alias.removeprefix("/").rpartition("/")
    other = other.removeprefix("/")
    return f"/{names.get(other, other)}:/{names.get(owner, owner)}/{short}"
