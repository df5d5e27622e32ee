"""The budgets of style, counted on the source of manager/ and tui/."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
BROAD = {"Exception", "BaseException"}


@dataclass(frozen=True)
class Source:
    """A file of the product: its path from the root, its lines, and what they say."""

    name: str
    lines: list[str]
    tree: ast.Module

    @property
    def functions(self) -> Iterator[FunctionDef]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, FunctionDef))

    @property
    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


@cache
def product() -> tuple[Source, ...]:
    paths = sorted(path for room in ("manager", "tui") for path in (ROOT / room).rglob("*.py"))
    return tuple(
        Source(str(path.relative_to(ROOT)), text.splitlines(), ast.parse(text))
        for path in paths
        for text in [path.read_text(encoding="utf-8")]
    )


def names_of(caught: ast.expr | None) -> Iterator[str]:
    """The names of the exceptions in an `except` clause; a bare one catches BaseException."""
    if caught is None:
        yield "BaseException"
        return
    for node in caught.elts if isinstance(caught, ast.Tuple) else [caught]:
        yield ast.unparse(node).rpartition(".")[2]


def broad_handlers(source: Source) -> Iterator[ast.ExceptHandler]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and BROAD & set(names_of(node.type)):
            yield node


def public_things(
    body: list[ast.stmt], prefix: str = ""
) -> Iterator[tuple[str, ast.ClassDef | FunctionDef]]:
    """Classes, functions and methods that others may use, with their names."""
    for node in body:
        if isinstance(node, ast.ClassDef | FunctionDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_things(node.body, f"{prefix}{node.name}.")


def statements(function: FunctionDef) -> list[ast.stmt]:
    """The body without its docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def protocol_methods(source: Source) -> set[FunctionDef]:
    return {
        node
        for owner in source.classes
        if any(ast.unparse(base).startswith("Protocol") for base in owner.bases)
        for node in owner.body
        if isinstance(node, FunctionDef)
    }


def test_there_is_a_product_to_count() -> None:
    names = {source.name for source in product()}
    assert {"manager/cli/main.py", "manager/model/ports.py", "tui/__init__.py"} <= names


def test_no_file_is_longer_than_400_lines() -> None:
    assert {s.name: len(s.lines) for s in product() if len(s.lines) > 400} == {}


def test_half_the_files_are_shorter_than_100_lines() -> None:
    assert statistics.median(len(source.lines) for source in product()) < 100


def test_every_function_is_shorter_than_60_lines() -> None:
    long = {
        f"{source.name}:{node.lineno} {node.name}": lines
        for source in product()
        for node in source.functions
        if (lines := (node.end_lineno or 0) - node.lineno + 1) >= 60
    }
    assert long == {}


def test_every_class_has_fewer_than_20_methods() -> None:
    large = {
        f"{source.name} {owner.name}": methods
        for source in product()
        for owner in source.classes
        if (methods := sum(isinstance(node, FunctionDef) for node in owner.body)) >= 20
    }
    assert large == {}


def test_at_most_three_broad_excepts() -> None:
    found = [f"{s.name}:{node.lineno}" for s in product() for node in broad_handlers(s)]
    assert len(found) <= 3, found


def test_a_broad_except_raises_again_or_gives_its_reason() -> None:
    for source in product():
        for node in broad_handlers(source):
            lines = source.lines[node.lineno - 1 : node.end_lineno]
            again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            assert again or any("#" in line for line in lines), f"{source.name}:{node.lineno}"


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_for_later(word: str) -> None:
    found = [
        f"{source.name}:{number}"
        for source in product()
        for number, line in enumerate(source.lines, 1)
        if word in line
    ]
    assert found == []


def test_no_function_is_a_stub() -> None:
    """A body that says nothing is for Protocols, and for what must do nothing and says why."""
    stubs = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in product()
        for node in set(source.functions) - protocol_methods(source)
        for body in [statements(node)]
        if (not body or all(ast.unparse(line) in {"pass", "..."} for line in body))
        and ast.get_docstring(node) is None
    ]
    assert stubs == []


def test_everything_public_is_documented() -> None:
    bare = [
        f"{source.name} {name}"
        for source in product()
        for name, node in [("", source.tree), *public_things(source.tree.body)]
        if not documented(source, node)
    ]
    assert bare == []


def documented(source: Source, node: Documented) -> bool:
    if isinstance(node, FunctionDef):
        # One of several signatures, and what a base class has documented, say it elsewhere.
        decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
        if decorators & {"overload", "override", "typing.override"}:
            return True
    return bool((ast.get_docstring(node) or "").strip())


def test_nothing_is_run_through_a_shell() -> None:
    found = [
        f"{source.name}:{node.lineno}"
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and (is_shell(node) or runs_text(node))
    ]
    assert found == []


def is_shell(call: ast.Call) -> bool:
    return any(
        word.arg == "shell" and not (isinstance(word.value, ast.Constant) and not word.value.value)
        for word in call.keywords
    )


def runs_text(call: ast.Call) -> bool:
    return ast.unparse(call.func) in {"eval", "exec", "os.system", "os.popen"}


@pytest.mark.parametrize("module", ["mock", "unittest.mock", "pytest_mock"])
def test_tests_use_fakes_and_no_mocks(module: str) -> None:
    using = [
        str(path.relative_to(ROOT))
        for path in files_of_tests()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if module in imported(node)
    ]
    assert using == []


def test_tests_import_no_tests() -> None:
    stems = {path.stem for path in files_of_tests() if path.stem.startswith("test_")}
    using = [
        f"{path.relative_to(ROOT)} {name}"
        for path in files_of_tests()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if name.partition(".")[0] in stems | {"tests", "conftest"}
    ]
    assert using == []


def test_the_tests_are_no_packages_and_shadow_none() -> None:
    folders = [path for path in (ROOT / "tests").rglob("*") if path.is_dir()]
    assert not list((ROOT / "tests").rglob("__init__.py"))
    assert not {"manager", "tui"} & {folder.name for folder in folders}


def imported(node: ast.AST) -> set[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return {module} | {f"{module}.{alias.name}" for alias in node.names}
    return set()


def files_of_tests() -> list[Path]:
    return sorted(
        path
        for path in (ROOT / "tests").rglob("*.py")
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    )
