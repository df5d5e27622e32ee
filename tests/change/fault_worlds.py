"""Hosts to break a change on, and what must be true of them afterwards, whatever happened.

One container is named as before; it is the old one, or one with the wanted ports; it runs as
before; nothing else has changed, and nothing is left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from fault_injection import Faults, FaultyEngine, FaultyJournal

from manager.change.deps import Deps, Patience
from manager.change.executor import apply
from manager.change.facts import Preferences, gather
from manager.change.fileedit import FileEdit
from manager.change.plan import Outcome, Plan
from manager.change.planner import plan_change
from manager.change.request import LayerChoice, Publish, SaveChoice
from manager.engine.memory import MemoryEngine
from manager.engine.memory_admin import write
from manager.engine.memory_scene import Scene, compose_labels
from manager.engine.memory_store import Store
from manager.host.memory import FakeClock, MemoryFiles, MemoryHost, MemoryJournal
from manager.interfaces import Engine, Journal
from manager.model.container import HASH_LABEL
from manager.model.portspec import PortSpec
from manager.model.snapshot import Snapshot

WANTED = "127.0.0.1:62893"
COMPOSE = "/srv/shop/compose.yaml"
NEW_HASH = "f" * 64


@dataclass(slots=True)
class MemoryWorld:
    """An in-memory engine with a container `web` in the middle of other people's things."""

    options: Mapping[str, Any] = field(default_factory=dict)
    engine: MemoryEngine = field(init=False)
    host: MemoryHost = field(init=False)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    clock: FakeClock = field(default_factory=FakeClock)
    files: MemoryFiles = field(default_factory=lambda: MemoryFiles({COMPOSE: b"old"}))
    before: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.engine = MemoryEngine(Store(networks={"bridge": "b" * 64}, clock=self.clock.now))
        self.host = MemoryHost(self.engine.listeners)
        scene = Scene(self.engine)
        scene.image("nginx", "80", volumes=["/var/cache/site"])
        self._target(scene)
        if self.options.get("dependents"):
            scene.run("side", "nginx", networks=("container:web",))
            scene.run("processes", "nginx", host={"PidMode": "container:side"})
            scene.run("volumes", "nginx", host={"VolumesFrom": ["web:ro"]})
        scene.run("stranger", "nginx", publish=["127.0.0.1:7999:80"])
        scene.create("web.pmap-new", "nginx")
        scene.create("web.pmap-old-1", "nginx")
        self.before = self.records()

    def _target(self, scene: Scene) -> None:
        options = self.options
        labels = compose_labels("shop", "web") if options.get("save") else {}
        make = scene.create if options.get("stopped") else scene.run
        make(
            "web",
            "nginx",
            publish=["127.0.0.1:7001:80"],
            networks=("front", "back"),
            labels=labels,
            config={"Env": ["SECRET=1"], "StopTimeout": 3},
            host={
                "RestartPolicy": {
                    "Name": "no" if options.get("rm") else "always",
                    "MaximumRetryCount": 0,
                },
                "AutoRemove": bool(options.get("rm")),
                "Memory": 64 << 20,
            },
        )
        web = self.engine.record("web")["Id"]
        self.engine.store.logs[web] = "mine\n"
        if options.get("layer"):
            write(self.engine.store, "web", "/data/mark", b"mine")

    def records(self) -> dict[str, dict[str, Any]]:
        """Every container's inspect by name."""
        found = (self.engine.record(c.id) for c in self.engine.containers())
        return {str(r["Name"]).removeprefix("/"): dict(r) for r in found}

    def deps(self, faults: Faults | None = None) -> Deps:
        """What apply works with; broken as `faults` says."""
        engine: Engine = self.engine
        journal: Journal = self.journal
        if faults is not None:
            engine = cast("Engine", FaultyEngine(engine, faults))
            journal = cast("Journal", FaultyJournal(journal, faults))
        return Deps(
            engine=engine,
            host=self.host,
            journal=journal,
            clock=self.clock,
            files=self.files,
            snapshot=lambda: Snapshot(engine.info(), engine.containers(), self.host.listeners()),
            preferences=Preferences(save=self.plan_save if self.options.get("save") else None),
            patience=Patience(answer=5.0, engine=20.0),
        )

    @staticmethod
    def plan_save(*_: object) -> FileEdit:
        """What the compose room would say."""
        return FileEdit(path=COMPOSE, before=b"old", after=b"new", config_hash=NEW_HASH)

    def plan(self) -> Plan:
        """Publish one more port of `web`."""
        deps = self.deps()
        request = Publish(
            container="web",
            specs=(PortSpec.parse(WANTED),),
            save=SaveChoice.FILE if self.options.get("save") else SaveChoice.NO,
            layer=LayerChoice.KEEP if self.options.get("layer") else LayerChoice.ASK,
            keep_logs=bool(self.options.get("logs")),
            auto_remove=bool(self.options.get("rm")),
        )
        snapshot = deps.snapshot()
        facts = gather(deps.engine, deps.host, snapshot, request, deps.preferences)
        return plan_change(snapshot, request, facts)

    def apply(self, plan: Plan, faults: Faults) -> Outcome:
        """Carry the plan out, broken as `faults` says."""
        return apply(plan, self.deps(faults))

    @property
    def is_new(self) -> bool:
        """Whether `web` has the wanted port."""
        web = self.records().get("web", {})
        bindings = (web.get("HostConfig") or {}).get("PortBindings") or {}
        return any(b["HostPort"] == "62893" for b in bindings.get("80/tcp", ()))

    def violations(self) -> Iterator[str]:
        """What is not as it must be."""
        now = self.records()
        if set(now) != set(self.before):
            yield f"containers: {sorted(set(now) ^ set(self.before))}"
        if self.journal.open_entries():
            yield "the journal has an open entry"
        if "web" not in now:
            return
        followers = {"side", "processes"} if self.options.get("dependents") else set()
        for name in set(now) & set(self.before):
            if name == "web" or name in followers:
                yield from self._replaced(name, now[name])
            elif now[name] != self.before[name]:
                yield f"{name} was touched"
        yield from self._details(now["web"])

    def _replaced(self, name: str, record: dict[str, Any]) -> Iterator[str]:
        old = self.before[name]
        if record["State"]["Status"] != old["State"]["Status"]:
            yield f"{name} is {record['State']['Status']}, and was {old['State']['Status']}"
        if record["HostConfig"]["RestartPolicy"] != old["HostConfig"]["RestartPolicy"]:
            yield f"the restart policy of {name} was not restored"
        differing = [
            line for line in self.engine.differences(old, record) if HASH_LABEL not in line
        ]
        if differing:
            yield f"{name} differs: {differing}"
        volumes, were = ({m.get("Name") for m in r["Mounts"]} for r in (record, old))
        if volumes != were:
            yield f"volumes of {name}: {were} -> {volumes}"
        if name != "web" and (record["Id"] != old["Id"]) != self.is_new and not self._made_anew:
            yield f"{name} was replaced alone"
        for other, key in (("web", "NetworkMode"), ("side", "PidMode")):
            shares = str(record["HostConfig"][key]).startswith("container:")
            if shares and self._shared(record, key) != self.records()[other]["Id"]:
                yield f"{name} hangs on another container"

    @property
    def _made_anew(self) -> bool:
        return self.records()["web"]["Id"] != self.before["web"]["Id"] and not self.is_new

    def _shared(self, record: dict[str, Any], key: str) -> str:
        other = str(record["HostConfig"][key]).partition(":")[2]
        return str(self.engine.record(other)["Id"])

    def _details(self, web: dict[str, Any]) -> Iterator[str]:
        new = self.is_new
        if not new and web["Id"] != self.before["web"]["Id"] and not self.options.get("rm"):
            yield "the old one has another id"
        held = {p.host_port for p in self.engine.decode(web).published}
        wanted = {7001, 62893} if new else {7001}
        if not self.options.get("stopped") and held != wanted:
            yield f"held are {sorted(held)}"
        label = web["Config"]["Labels"].get(HASH_LABEL)
        old_label = self.before["web"]["Config"]["Labels"].get(HASH_LABEL)
        if self.options.get("save"):
            if self.files.files[COMPOSE] != (b"new" if new else b"old"):
                yield f"the file holds {self.files.files[COMPOSE]!r}"
            if label != (NEW_HASH if new else old_label):
                yield f"config hash is {label}"
        if new and self.options.get("logs"):
            kept = [log for place, log in self.journal.logs.items() if place.startswith("web-")]
            if [log.split()[1:] for log in kept] != [[b"mine"]]:
                yield f"of the log is kept: {kept}"
        if self.options.get("layer"):
            mark = self.engine.store.layers[web["Id"]].get("/data/mark")
            if mark is None or mark.content != b"mine":
                yield "the file in the layer is lost"


WORLDS: dict[str, Callable[[], MemoryWorld]] = {
    "running": MemoryWorld,
    "stopped": lambda: MemoryWorld({"stopped": True}),
    "made with --rm": lambda: MemoryWorld({"rm": True, "logs": True}),
    "with dependents": lambda: MemoryWorld({"dependents": True, "logs": True}),
    "with files and logs to keep": lambda: MemoryWorld({"layer": True, "logs": True}),
    "saved to its file": lambda: MemoryWorld({"save": True}),
}
