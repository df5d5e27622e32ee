"""The binding is loaded alone, and nobody else is the poorer for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import manager.compose.libyaml

SOURCE = Path(manager.compose.libyaml.__file__).read_text(encoding="utf-8")


def said(code: str) -> str:
    """What a Python of its own prints, which has loaded nothing yet."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_parser_in_python_stays_unread() -> None:
    loaded = said(
        "import sys, manager.compose.document\n"
        "print(*sorted(name for name in sys.modules if name.startswith('yaml')))"
    )
    assert loaded.split() == [
        *("yaml", "yaml._yaml", "yaml.error"),
        *("yaml.events", "yaml.nodes", "yaml.tokens"),
    ]


def test_who_wants_more_of_yaml_gets_it() -> None:
    assert said(
        "from manager.compose.libyaml import CParser, YAMLError\n"
        "import yaml, yaml.scanner, yaml.nodes\n"
        "from yaml import safe_load\n"
        "print(safe_load('a: [1]'), yaml.load('b: 2', yaml.CSafeLoader), yaml.__with_libyaml__)\n"
        "print(yaml.YAMLError is YAMLError, yaml.MappingNode is yaml.nodes.MappingNode)\n"
        "try: yaml.load('{', yaml.CSafeLoader)\n"
        "except yaml.YAMLError as error: print(error.problem)\n"
        "print(yaml.dump({'c': 3}, Dumper=yaml.CDumper), hasattr(yaml, 'nothing'))"
    ).splitlines() == [
        "{'a': [1]} {'b': 2} True",
        "True True",
        "did not find expected node content",
        "c: 3",
        " False",
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        "yaml.__version__ > '6'",
        "yaml.__with_libyaml__",
        "exec('from yaml import *', locals()) or safe_load('[1]') == [1]",
        "not hasattr(yaml, 'nothing') and type(yaml) is type(sys)",
    ],
)
def test_whatever_is_asked_first_is_found(wanted: str) -> None:
    assert said(f"import sys, manager.compose.libyaml, yaml\nprint({wanted})") == "True"


def test_the_binding_raises_what_others_catch() -> None:
    assert said(
        "import manager.compose.libyaml, yaml\n"
        "def caught(text, *kinds):\n"
        "    try: yaml.load(text, yaml.CSafeLoader)\n"
        "    except kinds as error: print(str(error).splitlines()[-2].strip())\n"
        "caught('a: \\'b', yaml.scanner.ScannerError)\n"
        "caught('{', yaml.parser.ParserError)\n"
        "caught('*a', yaml.composer.ComposerError)\n"
        "caught('\\x01', yaml.reader.ReaderError)"
    ).splitlines() == [
        "found unexpected end of stream",
        "did not find expected node content",
        "found undefined alias",
        "unacceptable character #x0001: control characters are not allowed",
    ]


def test_where_yaml_is_loaded_it_is_taken() -> None:
    assert said(
        "import yaml\n"
        "from manager.compose.libyaml import CParser, YAMLError\n"
        "print(issubclass(yaml.CSafeLoader, CParser), yaml.YAMLError is YAMLError)\n"
        "import yaml.scanner\n"
        "try: yaml.CSafeLoader('[').get_single_node()\n"
        "except yaml.parser.ParserError: print('as ever')"
    ).split("\n") == ["True True", "as ever"]


def test_a_binding_that_wants_more_gets_all_of_yaml() -> None:
    less = SOURCE.replace('"scanner": "ScannerError"', '"scanner": "NoSuchError"')
    assert less != SOURCE
    wanted = "print(yaml.safe_load('a: 1'), CParser('a').get_token(), 'yaml.reader' in sys.modules)"
    assert (
        said(f"exec({less!r})\nimport yaml\n{wanted}")
        == "{'a': 1} StreamStartToken(encoding=None) True"
    )


def test_a_text_that_cannot_be_read_says_where() -> None:
    assert said(
        "from manager.compose.libyaml import CParser, YAMLError\n"
        "try: CParser('a: \\x01').get_single_node()\n"
        "except YAMLError as error: print(error.position, error.reason)"
    ) == ("3 control characters are not allowed")


@pytest.mark.parametrize("before", ["", "import manager.compose.libyaml, yaml"])
def test_threads_that_want_more_at_once_all_get_it(before: str) -> None:
    assert said(
        f"import sys, threading\n{before}\n"
        "sys.setswitchinterval(1e-6)\n"
        "barrier, got = threading.Barrier(8), []\n"
        "def want(number):\n"
        "    barrier.wait()\n"
        "    if number % 2:\n"
        "        from manager.compose.libyaml import CParser\n"
        "        CParser('a')\n"
        "    import yaml\n"
        "    got.append(yaml.load('a: 1', yaml.CSafeLoader)['a'])\n"
        "threads = [threading.Thread(target=want, args=[number]) for number in range(8)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "print(sum(got))"
    ) == ("8")
