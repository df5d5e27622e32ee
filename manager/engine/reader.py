"""What can be asked of a live engine: every method is one call, or none when it is known."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from manager.engine.decode import (
    Asked,
    asked_of,
    container_from_entry,
    container_from_record,
    tells_less,
)
from manager.engine.events import follow
from manager.engine.layer import changes_that_matter, raw_changes
from manager.engine.link import Link
from manager.engine.locality import forwards, is_local, is_rootless
from manager.engine.network_list import networks_of
from manager.engine.podman import POD_LIST, pods_of, tells_no_mode, under_both_names
from manager.engine.swarm import LiveSwarm
from manager.engine.tolerant import mapping, text, whole
from manager.errors import EngineError, NoSuchContainer
from manager.interfaces import EngineEvent, LayerChange, LayerExtent, Record
from manager.model.container import Container
from manager.model.network import Network
from manager.model.snapshot import EngineInfo

_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]*", re.ASCII)


class DockerReader:
    """The EngineReader of a live engine."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._info: EngineInfo | None = None
        self._asked: dict[str, Asked] = {}

    def info(self) -> EngineInfo:
        """Identity, version and place of the engine. Asked once, kept."""
        if self._info is None:
            with self._link.checked() as api:
                self._info = _info_of(self._link, api.info())
        return self._info

    def containers(self, *, stopped: bool = True) -> tuple[Container, ...]:
        """All containers, as the engine lists them: newest first.

        One list call. What was asked for never changes, so with `stopped` each container whose
        list entry leaves it open is inspected once in the life of this object.
        """
        with self._link.checked() as api:
            entries: list[dict[str, Any]] = api.containers(all=True)
        ids = {text(entry.get("Id")) for entry in entries}
        known = {key: asked for key, asked in self._asked.items() if key in ids}
        podman = self._link.greeting.podman
        if stopped or podman:
            less = tells_less if stopped else tells_no_mode
            unclear = (e for e in entries if less(e) or (podman and tells_no_mode(e)))
            open_ids = [text(e.get("Id")) for e in unclear]
            records = self._link.inspect_many([key for key in open_ids if key not in known])
            known.update((key, asked_of(record)) for key, record in records.items())
            # What went away between the list and the inspect is no longer there.
            gone = set(open_ids) - known.keys()
            entries = [entry for entry in entries if text(entry.get("Id")) not in gone]
        self._asked = known
        found = (container_from_entry(e, known.get(text(e.get("Id")))) for e in entries)
        return tuple(self._with_pods(found) if podman else found)

    def _with_pods(self, containers: Iterable[Container]) -> Iterator[Container]:
        """Podman's containers with the names of their pods."""
        with self._link.checked():
            pods = pods_of(self._link.get(POD_LIST))
        for container in containers:
            yield replace(container, pod=pods.get(container.id, ""))

    def record(self, container_id: str) -> Record:
        """The raw inspect of a container, by id or name. Raises NoSuchContainer."""
        missing = NoSuchContainer(
            f"no container is named {container_id!r}", hint="pmap ls -a shows every container"
        )
        if not _NAME.fullmatch(container_id):
            raise missing
        try:
            with self._link.checked() as api:
                record: dict[str, Any] = api.inspect_container(container_id.removeprefix("/"))
        except EngineError as error:
            if error.status == 404:
                raise missing from error
            raise
        if self._link.greeting.podman:
            with self._link.checked():
                pods = pods_of(self._link.get(POD_LIST))
            record["Pod"] = pods.get(text(record.get("Id")), "")
        return record

    def records(self, container_ids: Sequence[str]) -> Mapping[str, Record]:
        """The raw inspects of many containers by full id; those that are gone are left out."""
        with self._link.checked():
            return self._link.inspect_many(container_ids)

    def decode(self, record: Record) -> Container:
        """The container that a raw inspect describes. Calls nothing."""
        return container_from_record(record)

    def layer_changes(self, container_id: str) -> tuple[LayerChange, ...]:
        """What the writable layer holds that is not the engine's own."""
        record = self.record(container_id)
        with self._link.checked() as api:
            return changes_that_matter(raw_changes(api.diff(container_id)), record)

    def layer_extent(self, container_id: str) -> LayerExtent:
        """How much the writable layer holds (GET /containers/X/json?size=1 and its changes)."""
        path = f"/v{self._link.greeting.api_text}/containers/{container_id}/json?size=1"
        with self._link.checked() as api:
            size = whole(mapping(self._link.get(path)).get("SizeRw"))
            return LayerExtent(max(size, 0), len(raw_changes(api.diff(container_id))))

    def image_id(self, reference: str) -> str | None:
        """The id that an image name or id resolves to, None when it is not here."""
        image = self.image(reference)
        return None if image is None else text(image.get("Id"))

    def network_id(self, name_or_id: str) -> str | None:
        """The id of a network, None when it is gone."""
        try:
            with self._link.checked() as api:
                return text(api.inspect_network(name_or_id).get("Id")) if name_or_id else None
        except EngineError as error:
            if error.status == 404:
                return None
            raise

    def networks(self) -> tuple[Network, ...]:
        """Every network, by name."""
        with self._link.checked() as api:
            found = networks_of(api.networks())
        return under_both_names(found) if self._link.greeting.podman else found

    def logs(self, container_id: str, *, tail: int = 20) -> str:
        """The last lines of its output; empty where the log driver cannot be read."""
        try:
            with self._link.checked() as api:
                output: bytes = api.logs(container_id, tail=tail)
        except EngineError as error:
            if error.status == 501:
                return ""
            raise
        return output.decode(errors="replace")

    def holds_logs(self, container_id: str) -> bool:
        """Whether its output is kept by the engine: log drivers exist that pass it on."""
        try:
            with self._link.checked() as api:
                api.logs(container_id, tail=1)
        except EngineError as error:
            if error.status == 501:
                return False
            raise
        return True

    def log_stream(self, container_id: str) -> Iterator[bytes]:
        """All of its output, each line after its time. Raises EngineError, also on the way."""
        with self._link.checked() as api:
            yield from api.logs(container_id, stream=True, timestamps=True)

    def now(self) -> str:
        """The engine's own clock (RFC 3339)."""
        with self._link.checked() as api:
            return text(api.info().get("SystemTime"))

    def events(self, stop: threading.Event) -> Iterator[EngineEvent]:
        """Events until `stop` is set; reconnects with growing pauses and says so."""
        return follow(self._link.dialled, self._link.greeting.api_text, stop)

    def swarm(self) -> LiveSwarm:
        """The services of the swarm that it manages."""
        return LiveSwarm(self._link)

    def image(self, reference: str) -> Record | None:
        """The raw inspect of an image, None when it is not here."""
        try:
            with self._link.checked() as api:
                if not reference:
                    return None
                image: dict[str, Any] = api.inspect_image(reference)  # type: ignore[no-untyped-call]
                return image
        except EngineError as error:
            if error.status == 404:
                return None
            raise


def _info_of(link: Link, answer: dict[str, Any]) -> EngineInfo:
    greeting = link.greeting
    # Podman makes its id up anew for each answer.
    identity = "podman" if greeting.podman else text(answer.get("ID"))
    parts = (identity, text(answer.get("DockerRootDir")), link.named.url)
    swarm = mapping(answer.get("Swarm"))
    return EngineInfo(
        host=link.named.url,
        version=text(answer.get("ServerVersion")),
        api_version=greeting.api_version,
        local=is_local(
            link.named,
            answer,
            peer_pid=greeting.peer_pid,
            same_address=greeting.same_address,
        ),
        key=hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16],
        context=link.named.context,
        operating_system=text(answer.get("OperatingSystem")),
        rootless=is_rootless(answer),
        swarm=swarm.get("LocalNodeState") == "active",
        swarm_manager=bool(swarm.get("ControlAvailable")),
        podman=greeting.podman,
        pid=greeting.peer_pid,
        forwards=forwards(link.named, answer),
    )
