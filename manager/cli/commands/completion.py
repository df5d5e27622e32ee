"""Print the completion script of a shell: `source <(pmap completion bash)`."""

from __future__ import annotations

import argparse
import importlib

from manager.cli.output import Output

_BASH = """\
_pmap() {
    local current="${COMP_WORDS[COMP_CWORD]}" command="" word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$word" in -*) ;; *) command="$word"; break ;; esac
    done
    case "$command" in
        "") COMPREPLY=($(compgen -W "@COMMANDS@" -- "$current")) ;;
@CASES@
    esac
}
complete -o default -F _pmap pmap cpmap
"""

_BASH_CASE = """\
        @NAME@)
            if [[ "$current" == -* ]]; then
                COMPREPLY=($(compgen -W "@OPTIONS@" -- "$current"))
            else
                @WORDS@
            fi ;;"""

_ZSH = """\
#compdef pmap cpmap
_pmap() {
    local -a commands
    commands=(
@COMMANDS@
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    case "$words[2]" in
@CASES@
    esac
}
compdef _pmap pmap cpmap
"""

_CONTAINER_COMMANDS = ("ls", "publish", "unpublish", "move", "loopback", "probe")
_NAMES = "pmap completion names 2>/dev/null"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pmap completion`."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish", "names"), help="which shell")


def run(args: argparse.Namespace) -> int:
    """Print the script; with `names`, the containers' names, which the scripts ask for."""
    if args.shell == "names":
        from manager.cli.connect import open_manager

        for container in open_manager(args, warn_open=False).snapshot(host=False).containers:
            Output().text(container.name)
        return 0
    make = {"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell]
    Output().stream.write(make(_options_by_command()))
    return 0


def _options_by_command() -> dict[str, dict[str, str]]:
    """Every option of every command with its help, asked of the commands' own parsers."""
    from manager.cli.main import COMMANDS
    from manager.cli.parser import parser_of

    found = {}
    for name in COMMANDS:
        parser = parser_of(name, importlib.import_module(f"manager.cli.commands.{name}"))
        found[name] = {
            option: str(action.help or "")
            for action in parser._actions
            for option in action.option_strings
        }
    return found


def _bash(options: dict[str, dict[str, str]]) -> str:
    cases = []
    for name, flags in options.items():
        words = ":"
        if name in _CONTAINER_COMMANDS:
            words = f'COMPREPLY=($(compgen -W "$({_NAMES})" -- "$current"))'
        case = _BASH_CASE.replace("@NAME@", name).replace("@OPTIONS@", " ".join(flags))
        cases.append(case.replace("@WORDS@", words))
    return _BASH.replace("@COMMANDS@", " ".join(options)).replace("@CASES@", "\n".join(cases))


def _zsh(options: dict[str, dict[str, str]]) -> str:
    from manager.cli.main import COMMANDS

    commands = "\n".join(f"        {_single(f'{name}:{what}')}" for name, what in COMMANDS.items())
    cases = []
    for name, flags in options.items():
        specs = " ".join(_single(f"{flag}[{_zsh_text(help_)}]") for flag, help_ in flags.items())
        rest = "_files"
        if name in _CONTAINER_COMMANDS:
            rest = f'compadd -- ${{(f)"$({_NAMES})"}}'
        cases.append(f"        {name}) _arguments {specs} '*: :{{{rest}}}' ;;")
    return _ZSH.replace("@COMMANDS@", commands).replace("@CASES@", "\n".join(cases))


def _fish(options: dict[str, dict[str, str]]) -> str:
    from manager.cli.main import COMMANDS

    lines = []
    for program in ("pmap", "cpmap"):
        for name, what in COMMANDS.items():
            lines.append(
                f"complete -c {program} -n __fish_use_subcommand -f -a {name} -d {_single(what)}"
            )
            seen = f"-n '__fish_seen_subcommand_from {name}'"
            for flag, help_ in options[name].items():
                kind = f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                lines.append(f"complete -c {program} {seen} {kind} -d {_single(help_)}")
            if name in _CONTAINER_COMMANDS:
                lines.append(f"complete -c {program} {seen} -f -a '({_NAMES})'")
    return "\n".join(lines) + "\n"


def _single(text: str) -> str:
    return "'" + text.replace("\\", "").replace("'", "") + "'"


def _zsh_text(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace(":", ",")
