"""What happens to an engine from outside: its daemon goes, a container pauses or dies."""

from __future__ import annotations

from manager.engine.memory_run import is_live, start_record, stop_record
from manager.engine.memory_store import LayerFile, Record, Store
from manager.errors import EngineError
from manager.interfaces import EngineEvent


def pause(store: Store, name: str) -> None:
    """Freeze a running container; it keeps its ports."""
    with store.answering():
        record = store.get(name)
        record["State"].update(Status="paused", Paused=True)
        store.tell(record, "pause")


def die(store: Store, name: str, *, exit_code: int = 1) -> None:
    """End a container's process from inside; its restart policy then does its work."""
    with store.answering():
        record = store.get(name)
        stop_record(store, record, exit_code=exit_code)
        policy = record["HostConfig"]["RestartPolicy"]["Name"]
        if policy in {"always", "unless-stopped"} or (policy == "on-failure" and exit_code):
            record["RestartCount"] += 1
            start_record(store, record)


def write(store: Store, name: str, path: str, content: bytes, *, kind: str = "added") -> None:
    """Put a file into a container's writable layer."""
    with store.answering():
        store.layers[store.get(name)["Id"]][path] = LayerFile(kind, content)


def remove_network(store: Store, name: str) -> None:
    """Take a network away, as `docker network rm` does where no running container is in it."""
    with store.answering():
        store.networks.pop(name)


def stop_daemon(store: Store) -> None:
    """End the engine and its containers: from now on every call fails."""
    with store.answering():
        store.down = True
        was_running = [record for record in store.containers.values() if is_live(record)]
        for record in was_running:
            stop_record(store, record, exit_code=137)
            store.ran_before.add(record["Id"])
    store.publish(EngineEvent("engine", "disconnected"))


def start_daemon(store: Store) -> None:
    """Start the engine again; containers come back as their restart policies say."""
    store.down = False
    with store.answering():
        for record in tuple(store.containers.values()):
            if _comes_back(store, record):
                try:
                    start_record(store, record)
                except EngineError:
                    # As on the real ones: it stays down, with the reason in State.Error.
                    continue
        store.ran_before.clear()
    store.publish(EngineEvent("engine", "connected"))


def _comes_back(store: Store, record: Record) -> bool:
    """As engines do: `always` also where it was stopped by hand (moby#11008), created ones not."""
    policy = record["HostConfig"]["RestartPolicy"]["Name"]
    if record["State"]["Status"] == "created":
        return False
    if policy == "unless-stopped":
        return record["Id"] in store.ran_before and record["Id"] not in store.stopped_by_hand
    failed = bool(record["State"]["ExitCode"])
    return policy == "always" or (policy == "on-failure" and failed)
