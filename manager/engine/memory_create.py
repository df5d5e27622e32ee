"""What an engine does at create: merge the image, name the volumes, join the networks.

Follows moby's daemon/create.go and daemon/commit.go (merge), and what engines 20.10 and 28.5
were seen to answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from manager.engine.decode import asked_of, network_mode
from manager.engine.endpoints import MANY_AT_CREATE, SHARED_MODES
from manager.engine.memory_mounts import mounts_of
from manager.engine.memory_store import Record, Store, name_of
from manager.engine.tolerant import items, mapping, text
from manager.errors import EngineError

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", re.ASCII)
_NEVER = "0001-01-01T00:00:00Z"
_HOST_DEFAULTS: dict[str, Any] = {
    "Binds": None,
    "NetworkMode": "bridge",
    "PortBindings": {},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumesFrom": None,
    "Dns": [],
    "Links": None,
    "IpcMode": "private",
    "PidMode": "",
    "UTSMode": "",
    "PublishAllPorts": False,
    "LogConfig": {"Type": "json-file", "Config": {}},
    "ShmSize": 67108864,
    "Runtime": "runc",
    "Memory": 0,
}
_CONFIG_DEFAULTS: dict[str, Any] = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "Tty": False,
    "Env": None,
    "Cmd": None,
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "Labels": {},
}
_ENDPOINT: dict[str, Any] = {
    "IPAMConfig": None,
    "Links": None,
    "Aliases": None,
    "MacAddress": "",
    "DriverOpts": None,
    "GwPriority": 0,
    "NetworkID": "",
    "EndpointID": "",
    "Gateway": "",
    "IPAddress": "",
}


def create_record(store: Store, name: str, body: Mapping[str, Any]) -> Record:
    """Make the record of a new container and put it into the store.

    Raises EngineError: 400 for options that exclude each other, 404 for an image that is not
    here, 409 for a name that is taken.
    """
    require_free_name(store, name)
    image = store.image(text(body.get("Image")))
    if image is None:
        raise EngineError(f"No such image: {text(body.get('Image'))}", status=404)
    host = _HOST_DEFAULTS | deepcopy(dict(mapping(body.get("HostConfig"))))
    given = {k: deepcopy(v) for k, v in body.items() if k not in {"HostConfig", "NetworkingConfig"}}
    config = _merged(_CONFIG_DEFAULTS | given, mapping(image.get("Config")))
    container_id = store.new_id()
    _settle_modes(store, config, host)
    if not config["Hostname"] and not _mode(host).startswith("container:"):
        config["Hostname"] = container_id[:12]
    words = [*items(config["Entrypoint"]), *items(config["Cmd"])]
    if not words:
        raise EngineError("no command specified", status=400)
    record: Record = {
        "Id": container_id,
        "Created": store.now(),
        "Path": words[0],
        "Args": words[1:],
        "State": {
            "Status": "created",
            "Running": False,
            "Paused": False,
            "Pid": 0,
            "ExitCode": 0,
            "Error": "",
            "StartedAt": _NEVER,
            "FinishedAt": _NEVER,
        },
        "Image": image["Id"],
        "Name": f"/{name}",
        "RestartCount": 0,
        "Driver": "memory",
        "Platform": "linux",
        "HostConfig": host,
        "Mounts": mounts_of(store, config, host),
        "Config": config,
        "NetworkSettings": {"Ports": {}, "Networks": _networks(store, body, config, host)},
    }
    store.containers[container_id] = record
    store.layers[container_id] = {}
    store.tell(record, "create")
    return record


def require_free_name(store: Store, name: str) -> None:
    """Raises EngineError: 400 for what is no name, 409 for one that is taken."""
    if not _NAME.fullmatch(name):
        raise EngineError(
            f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
            status=400,
        )
    for record in store.containers.values():
        if name_of(record) == name:
            raise EngineError(
                f'Conflict. The container name "/{name}" is already in use by container'
                f' "{record["Id"]}". You have to remove (or rename) that container to be able'
                " to reuse that name.",
                status=409,
            )


def new_endpoint(config: Mapping[str, Any]) -> Record:
    """An endpoint that is not joined yet; a network that is not there shows at the start."""
    wanted = {key: deepcopy(value) for key, value in config.items() if key in _ENDPOINT}
    return _ENDPOINT | wanted


def _mode(host: Mapping[str, Any]) -> str:
    return network_mode({"HostConfig": host})


def _merged(config: dict[str, Any], image: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, with what the image gives where nothing was asked."""
    if not items(config["Entrypoint"]):
        config["Cmd"] = items(config["Cmd"]) or image.get("Cmd")
        if config["Entrypoint"] is None:
            config["Entrypoint"] = image.get("Entrypoint")
    if config["Entrypoint"] == [""]:
        config["Entrypoint"] = None
    env = [text(line) for line in items(config["Env"])]
    names = {line.partition("=")[0] for line in env}
    inherited = (text(line) for line in items(image.get("Env")))
    config["Env"] = [*env, *(line for line in inherited if line.partition("=")[0] not in names)]
    for key in ("ExposedPorts", "Volumes", "Labels"):
        config[key] = {**mapping(image.get(key)), **mapping(config.get(key))}
    for key in ("User", "WorkingDir", "StopSignal", "Healthcheck"):
        config[key] = config.get(key) or image.get(key)
    return config


def _settle_modes(store: Store, config: dict[str, Any], host: dict[str, Any]) -> None:
    """Refuse what a shared network excludes, and name the other container by its id."""
    for key in ("NetworkMode", "PidMode", "IpcMode"):
        kind, colon, other = text(host.get(key)).partition(":")
        found = store.find(other) if kind == "container" and colon else None
        if found is not None:
            host[key] = f"container:{found['Id']}"
    if _mode(host).startswith("container:"):
        if config["Hostname"]:
            raise EngineError("conflicting options: hostname and the network mode", status=400)
        if asked_of({"Config": {}, "HostConfig": host}).mappings or host["PublishAllPorts"]:
            raise EngineError(
                "conflicting options: port publishing and the container type network mode",
                status=400,
            )


def _networks(
    store: Store, body: Mapping[str, Any], config: Mapping[str, Any], host: Mapping[str, Any]
) -> Record:
    mode = _mode(host)
    if mode.startswith("container:"):
        return {}
    if mode in SHARED_MODES:
        return {mode: new_endpoint({})}
    asked = mapping(mapping(body.get("NetworkingConfig")).get("EndpointsConfig"))
    if len(asked) > 1 and store.api_version < MANY_AT_CREATE:
        raise EngineError(
            f"Container cannot be connected to network endpoints: {', '.join(sorted(asked))}",
            status=400,
        )
    names = {network_id: name for name, network_id in store.networks.items()}
    main = names.get(mode, mode)
    wanted = {names.get(name, name): mapping(asked[name]) for name in asked}
    if not wanted or store.api_version < MANY_AT_CREATE:
        wanted.setdefault(main, {})
    found = {name: new_endpoint(wanted[name]) for name in sorted(wanted)}
    if main in found and found[main]["MacAddress"]:
        # Shown in both places, whichever it was given in.
        assert isinstance(config, dict)
        config["MacAddress"] = found[main]["MacAddress"]
    return found
