"""Files to a Model, document by document, in the order in which compose merges them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from manager.compose.budget import Budget
from manager.compose.document import Sheet, UnreadableFileError, load, parse
from manager.compose.draft import Draft, draft_service
from manager.compose.job import Job
from manager.compose.libyaml import MappingNode, Node, ScalarNode
from manager.compose.model import Model
from manager.compose.networks import draft_network
from manager.compose.scope import Scope
from manager.compose.sections import check_sections, check_service_keys
from manager.compose.stages import in_stages
from manager.compose.tree import Tree, grow
from manager.compose.unique import refused_as_equal, without_replaced
from manager.compose.values import Origin, OriginKind, ProblemKind, ReadProblem

_NAME_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"


class Loader:
    """Reads the files of one project; collects what is wrong instead of stopping.

    problems: those that are known already. sheets: the texts that are there already, by path.
    """

    def __init__(self, problems: Iterable[ReadProblem], sheets: dict[str, Sheet]) -> None:
        self.problems = list(problems)
        self.sheets = sheets
        self.bases: dict[tuple[str, int], dict[str, Draft] | None] = {}
        self.included: dict[tuple[object, ...], Model] = {}
        self.environments: list[Mapping[str, str]] = []
        self.unused: dict[int, Draft] = {}
        self.budget = Budget()
        self.layer = 0

    def mentions(self, text: str) -> bool:
        """Whether any file that was read holds `text`."""
        return any(text in sheet.source.text for sheet in self.sheets.values())

    def again(self, problems: Iterable[ReadProblem]) -> Loader:
        """A loader that reads the same texts anew; problems: those that are known already."""
        return Loader(problems, self.sheets)

    def report(self, problem: ReadProblem) -> None:
        """Note what is wrong."""
        self.problems.append(problem)

    def load(self, paths: tuple[str, ...], job: Job) -> Model:
        """Read and merge files."""
        model = Model()
        kind = job.kind
        for path in paths:
            self._file(path, job if kind is job.kind else job._replace(kind=kind), model)
            if kind is OriginKind.BASE:
                kind = OriginKind.OVERRIDE
        return model

    def _file(self, path: str, job: Job, model: Model) -> None:
        sheet = self._sheet(path)
        if sheet is None:
            return
        kind = job.kind
        try:
            for root in parse(sheet):
                origin = Origin(kind, self.layer, job.via)
                self.layer += 1
                tree = grow(sheet, root)
                self._document(Scope(tree, job.environment, origin, self.budget), job, model)
                if kind is OriginKind.BASE:
                    kind = OriginKind.OVERRIDE
        except UnreadableFileError as error:
            self.report(error.problem)

    def _sheet(self, path: str) -> Sheet | None:
        if path not in self.sheets:
            try:
                self.sheets[path] = load(path)
            except UnreadableFileError as error:
                self.report(error.problem)
                return None
        return self.sheets[path]

    def _document(self, scope: Scope, job: Job, model: Model) -> None:
        tree = scope.tree
        self.problems += tree.problems
        self._check_variables(scope)
        root = tree.root
        if not isinstance(root, MappingNode):
            empty = isinstance(root, ScalarNode) and scope.value(root) is None
            message = "holds an empty document" if empty else "is no mapping at its top level"
            self._refuse(tree, root, ProblemKind.WRONG_TYPE, message)
            return
        top = Model(tree.items(root).keys() - {"version", "include"})
        if not job.extended:
            check_sections(scope, root, self.report)
        self._sections(scope, top, root, job)
        if not job.extended:
            self._extend(scope, top, job)
        model.remove(tree.removed)
        if not job.extended and (given := tree.items(root).get("include")) is not None:
            from manager.compose.including import include  # noqa: PLC0415 -- as for extends

            include(self, scope, given[1], top, job)
        model.merge(top)
        for name in top.services:
            self._check_ports(model.services[name], job)

    def _sections(self, scope: Scope, top: Model, root: MappingNode, job: Job) -> None:
        items = scope.tree.items(root)
        if "name" in items and isinstance(name := scope.value(items["name"][1]), str):
            top.name = name
        if "services" in items:
            services = items["services"][1]
            if isinstance(services, MappingNode):
                for name, (key, node) in scope.tree.items(services).items():
                    self._service(scope, top, (name, key, node), job)
            else:
                self._refuse(
                    scope.tree, services, ProblemKind.WRONG_TYPE, "services takes a mapping"
                )
        networks = items["networks"][1] if "networks" in items else None
        if isinstance(networks, MappingNode):
            for name, (key, node) in scope.tree.items(networks).items():
                top.networks[name] = draft_network(scope, name, key, node)

    def _service(
        self, scope: Scope, top: Model, found: tuple[str, ScalarNode, Node], job: Job
    ) -> None:
        name, key, node = found
        if not name or name.strip(_NAME_LETTERS):
            message = f"{name!r} is no name for a service: letters, digits, dot, dash, underscore"
            self._refuse(scope.tree, key, ProblemKind.WRONG_TYPE, message)
            return
        if isinstance(node, MappingNode):
            top.services[name] = draft_service(scope, name, key, node, self.report)
            if not job.extended:
                check_service_keys(scope, name, node, self.report)
            return
        draft = Draft(name, scope.place(key), nothing=scope.place(node))
        if not (isinstance(node, ScalarNode) and scope.value(node) is None):
            self._refuse(scope.tree, node, ProblemKind.WRONG_TYPE, f"{name} takes a mapping")
        top.services[name] = draft

    def _extend(self, scope: Scope, top: Model, job: Job) -> None:
        drafts = [draft for draft in top.services.values() if draft.extends is not None]
        if drafts:
            from manager.compose.extending import Site, extend  # noqa: PLC0415 -- few files do

            for draft in drafts:
                extend(self, draft, Site(top.services, scope, job))

    def _check_variables(self, scope: Scope) -> None:
        for node, path in scope.tree.variables:
            reading = scope.read(node)
            service = path[1] if len(path) > 2 and path[0] == "services" else None
            if reading.error is not None:
                required = "required" in reading.error
                kind = ProblemKind.REQUIRED_VARIABLE if required else ProblemKind.INVALID_VARIABLE
                where = scope.raw_span(node, *reading.error_range)
                self.report(
                    ReadProblem(kind, scope.sheet.path, reading.error, where, service=service)
                )
            for use in reading.text.uses:
                if use.unset:
                    self.report(
                        ReadProblem(
                            ProblemKind.UNSET_VARIABLE,
                            scope.sheet.path,
                            f"the variable {use.name} is not set and has no default",
                            scope.raw_span(node, use.start, use.end),
                            hint=f"write ${{{use.name}:-DEFAULT}}, or set it in .env",
                            service=service,
                            fatal=False,
                        )
                    )

    def _check_ports(self, draft: Draft, job: Job) -> None:
        """What compose does with a service's ports once a document is merged."""
        reads = draft.ports or []
        if any(read.written is not None for read in reads[draft.canonical :]):
            reads = draft.ports = without_replaced(reads, draft.canonical)
        rivals = len(reads) > 1
        equal = refused_as_equal(reads, draft.canonical) if rivals and not job.extended else None
        if equal is not None:
            self.report(
                ReadProblem(
                    ProblemKind.INVALID_PORT,
                    equal.entry.file,
                    "compose finds this port equal to another entry's, and refuses both",
                    equal.entry.span,
                    hint="drop one of them",
                    service=draft.name,
                )
            )
        if rivals:
            draft.ports = in_stages(reads, draft.canonical)
        draft.canonical = len(reads)
        if draft.empty_ports is not None and draft.ports is None:
            where = draft.empty_ports
            self.report(
                ReadProblem(
                    ProblemKind.WRONG_TYPE,
                    where.file,
                    "ports is empty: compose wants a list",
                    where.span,
                    hint="drop the key, or write ports: []",
                    service=draft.name,
                )
            )
        if draft.nothing is not None:
            self.report(
                ReadProblem(
                    ProblemKind.WRONG_TYPE,
                    draft.nothing.file,
                    f"the service {draft.name} is empty: compose wants a mapping",
                    draft.nothing.span,
                    service=draft.name,
                )
            )

    def _refuse(self, tree: Tree, node: Node, kind: ProblemKind, message: str) -> None:
        self.report(ReadProblem(kind, tree.sheet.path, message, tree.sheet.node_span(node)))

    def base_services(self, path: str, job: Job) -> dict[str, Draft] | None:
        """The services of a file that is extended; None when it cannot be read at all."""
        key = (os.path.abspath(path), id(job.environment))
        if key not in self.bases:
            self.bases[key] = None
            if self._sheet(path) is not None:
                model = self.load((path,), job._replace(extended=True))
                self.bases[key] = model.services
                self.unused.update({id(d): d for d in model.services.values()})
        return self.bases[key]
