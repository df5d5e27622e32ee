"""`include`: another project's files, read with their own folder and variables, and taken in."""

from __future__ import annotations

import os
from collections.abc import Mapping

from manager.compose.dotenv import default_env_file, read_env_files
from manager.compose.draft import Draft
from manager.compose.equal import same_service
from manager.compose.job import Job
from manager.compose.libyaml import MappingNode, Node, ScalarNode, SequenceNode
from manager.compose.model import Model
from manager.compose.scope import Scope
from manager.compose.values import OriginKind, ProblemKind, ReadProblem
from manager.model.value import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from manager.compose.loading import Loader

MAX_CHAIN = 60
_REMOTE = ("https://", "http://", "git://", "ssh://", "git@", "oci://", "github.com/")


class _Request(NamedTuple):
    """One item of the list."""

    node: Node
    paths: tuple[str, ...]
    project_directory: str
    env_files: tuple[str, ...]


def include(loader: Loader, scope: Scope, node: Node, top: Model, job: Job) -> None:
    """Take what is included into `top`. What stands in the way is reported, and left out."""
    if isinstance(node, ScalarNode) and scope.value(node) is None:
        return
    if not isinstance(node, SequenceNode):
        _report(loader, scope, node, "include takes a list")
        return
    for item in node.value:
        request = _request(scope, item)
        if request is None:
            _report(loader, scope, item, "an include is a path, or a mapping with a path")
            continue
        imported = _load(loader, scope, request, job)
        if imported is not None:
            _take_in(loader, scope, imported, top, request)


def _request(scope: Scope, node: Node) -> _Request | None:
    if isinstance(node, ScalarNode):
        path = scope.value(node)
        return _Request(node, (path,), "", ()) if isinstance(path, str) else None
    if not isinstance(node, MappingNode):
        return None
    items = scope.tree.items(node)
    paths = _texts(scope, items["path"][1]) if "path" in items else ()
    folder = scope.value(items["project_directory"][1]) if "project_directory" in items else ""
    env_files = _texts(scope, items["env_file"][1]) if "env_file" in items else ()
    return _Request(node, paths, folder if isinstance(folder, str) else "", env_files)


def _texts(scope: Scope, node: Node) -> tuple[str, ...]:
    nodes = node.value if isinstance(node, SequenceNode) else [node]
    return tuple(v for v in map(scope.value, nodes) if isinstance(v, str))


def _load(loader: Loader, scope: Scope, request: _Request, job: Job) -> Model | None:
    """Read the included files; once for the same files, folder and variables."""
    if not request.paths:
        return None
    paths = tuple(os.path.normpath(os.path.join(job.folder, path)) for path in request.paths)
    if not _may_load(loader, scope, request, paths, job):
        return None
    folder, working_dir = _folders(request, paths[0], job)
    environment = _environment(loader, scope, request, folder, job)
    key = (paths, folder, working_dir, id(job.environment), request.env_files)
    if key not in loader.included:
        loader.environments.append(job.environment)
        # Read once, it is told of by the place that named it first.
        here = scope.place(request.node)
        child = Job(
            environment,
            folder,
            job.start,
            working_dir,
            OriginKind.INCLUDE,
            (*job.via, here),
            (*job.chain, os.path.abspath(scope.sheet.path)),
        )
        loader.included[key] = loader.load(paths, child)
    return loader.included[key]


def _may_load(
    loader: Loader, scope: Scope, request: _Request, paths: tuple[str, ...], job: Job
) -> bool:
    if any(path.startswith(_REMOTE) for path in request.paths):
        _report(loader, scope, request.node, "is not on this host: pmap does not fetch it")
        return False
    chain = (*job.chain, os.path.abspath(scope.sheet.path))
    if os.path.abspath(paths[0]) in chain:
        _report(loader, scope, request.node, "include turns in a circle", ProblemKind.CYCLE)
        return False
    if len(chain) > MAX_CHAIN:
        message = f"include goes on over more than {MAX_CHAIN} files"
        _report(loader, scope, request.node, message, ProblemKind.TOO_LARGE)
        return False
    missing = [given for given, path in zip(request.paths, paths, strict=True) if not _is(path)]
    for given in missing:
        _report(loader, scope, request.node, f"includes {given}, which cannot be found")
    return not missing


def _is(path: str) -> bool:
    return os.path.exists(path) and "\0" not in path


def _folders(request: _Request, first: str, job: Job) -> tuple[str, str]:
    """The folder of the included project, and what compose takes for it one level down."""
    folder = os.path.dirname(first)
    working_dir = os.path.relpath(folder or ".", job.folder or ".")
    if request.project_directory:
        given = request.project_directory
        folder = os.path.normpath(os.path.join(job.start, job.working_dir, given))
        working_dir = given
        if not os.path.isabs(given):
            below = os.path.join(job.folder, given)
            working_dir = given if os.path.isdir(below) else os.path.dirname(given) or "."
    return folder, working_dir


def _environment(
    loader: Loader, scope: Scope, request: _Request, folder: str, job: Job
) -> Mapping[str, str]:
    """The variables of the includer, and below them those of the included project's own files."""
    files = tuple(
        os.path.normpath(os.path.join(job.start, job.working_dir, path))
        for path in request.env_files
    )
    for given, path in zip(request.env_files, files, strict=True):
        if not os.path.isfile(path):
            message = f"names the env_file {given}, which is no file"
            _report(loader, scope, request.node, message, ProblemKind.ENV_FILE)
    found = read_env_files(
        [path for path in files if os.path.isfile(path)] if files else default_env_file(folder),
        job.environment,
        loader.report,
    )
    return {**found, **job.environment}


def _take_in(loader: Loader, scope: Scope, imported: Model, top: Model, request: _Request) -> None:
    for name, draft in imported.services.items():
        known = top.services.get(name)
        if known is None:
            top.services[name] = draft.copy()
        elif not same_service(known, draft):
            _conflict(loader, scope, request, known, name)
    for name, network in imported.networks.items():
        top.networks.setdefault(name, network)
    top.sections |= imported.sections - {"name"}
    top.gone += imported.gone


def _conflict(loader: Loader, scope: Scope, request: _Request, known: Draft, name: str) -> None:
    loader.report(
        ReadProblem(
            ProblemKind.REDEFINED,
            scope.sheet.path,
            f"the included service {name} is defined here as well",
            scope.span(request.node),
            hint="give one of them another name, or change it in an override file",
            service=name,
            related=(known.place,),
        )
    )


def _report(
    loader: Loader,
    scope: Scope,
    node: Node,
    message: str,
    kind: ProblemKind = ProblemKind.MISSING_INCLUDE,
) -> None:
    loader.report(ReadProblem(kind, scope.sheet.path, message, scope.span(node)))
