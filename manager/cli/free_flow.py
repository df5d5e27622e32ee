"""`pmap who PORT --free`: for each holder the ways out, one chosen, carried out, and the proof.

On a terminal each holder is asked about; elsewhere `--how` and `-y` say it beforehand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from manager.cli import diagnostics
from manager.cli.change_flow import ask, confirm, execute
from manager.cli.diagnostics import ExitCode
from manager.cli.holder_view import headline, print_fact
from manager.cli.output import Output
from manager.errors import Declined, InvalidInput, PmapError, Refused
from manager.freeing import PATIENCE, Freeing
from manager.model.freeing import How, Offer, WayOut

if TYPE_CHECKING:
    from manager.model.place import HostPlace
    from manager.service import PortManager

_ROUNDS = 3
"""How often holders are looked up anew: what comes back again and again is not chased."""


def free_port(args: argparse.Namespace, manager: PortManager, place: HostPlace) -> int:
    """Free the port as chosen; 0 once it is free, 1 where it is held still.

    Raises InvalidInput where nobody can be asked, Declined, Refused with nothing touched.
    """
    run = _Run(args, Freeing(manager, place), Output())
    try:
        code = run.run()
    except PmapError as error:
        if not args.json:
            raise
        code = diagnostics.report(error)
        run.reason, run.hint = error.message, error.hint
    if args.json:
        run.output.json(run.form(code))
    return code


@dataclass(slots=True)
class _Run:
    """One `--free`: what was offered, and what was done."""

    args: argparse.Namespace
    freeing: Freeing
    output: Output
    offered: tuple[Offer, ...] = ()
    done: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    hint: str = ""

    @property
    def place(self) -> HostPlace:
        """The port as it was asked for."""
        return self.freeing.place

    def run(self) -> ExitCode:
        """Every holder in turn, then the proof."""
        self.offered = self.freeing.offers()
        if not self.offered:
            self.say(f"nobody holds {self.place}: it is free already{self._unseen()}")
            return ExitCode.OK
        how = How(self.args.how) if self.args.how else None
        asking = not self.args.json and not self.args.yes and sys.stdin.isatty()
        if not asking and (how is None or not self.args.yes):
            self._show_all()
            raise self._cannot_ask()
        if how is not None:
            _require_fit(self.offered, how)
        for offer in self._pending(how):
            code = self._one(offer, how)
            if code is not ExitCode.OK:
                return code
        return self._verdict()

    def say(self, text: str, style: str = "") -> None:
        """A line for a person; nothing where JSON was asked for."""
        if not self.args.json:
            self.output.text(text, style)

    def _pending(self, how: How | None) -> Iterator[Offer]:
        """The holders as they are now, each once; also what takes over from one that ended."""
        seen: set[tuple[object, ...]] = set()
        for _ in range(_ROUNDS):
            fresh = [offer for offer in self.freeing.offers() if _key(offer) not in seen]
            if how is not None:
                fresh = [offer for offer in fresh if offer.way(how) is not None]
            if not fresh:
                return
            for offer in fresh:
                # One deed may have been enough for several sockets of a holder.
                if _key(offer) in {_key(now) for now in self.freeing.offers()}:
                    yield offer
                seen.add(_key(offer))

    def _one(self, offer: Offer, how: How | None) -> ExitCode:
        self._show(offer)
        way = offer.way(how) if how is not None else self._choose(offer)
        if way is None:
            return ExitCode.OK
        deeds: dict[How, Callable[[Offer], ExitCode]] = {
            How.MOVE: self._move,
            How.STOP: self._stop,
            How.END: self._end,
        }
        return deeds[way.how](offer)

    def _choose(self, offer: Offer) -> WayOut | None:
        """What a person picks; None leaves the holder as it is. Raises Declined."""
        if offer.why_not:
            return None
        for number, way in enumerate(offer.ways, 1):
            self.output.text(f"  {number}  {way.text}", "cyan")
        if (other := self.freeing.another()) is not None:
            self.output.text(f"  -  or leave it and take another port: {other} is free", "dim")
        numbers = [str(number) for number in range(1, len(offer.ways) + 1)]
        answer = ask(f"Which ({', '.join(numbers)}; Enter leaves it as it is)?")
        if answer not in numbers:
            raise Declined(f"nothing was done about {offer.holder}")
        return offer.ways[int(answer) - 1]

    def _move(self, offer: Offer) -> ExitCode:
        manager = self.freeing.manager
        plan = manager.plan(self.freeing.move_request(offer))
        args = argparse.Namespace(json=self.args.json, dry_run=False, yes=self.args.yes)
        code, form = execute(args, manager, plan, self.output)
        self._note(offer, How.MOVE, str(form["status"]), change=form)
        return code

    def _stop(self, offer: Offer) -> ExitCode:
        if self.args.how and not self.args.yes:
            confirm(f"Stop {offer.holder}?")
        self.freeing.stop(offer)
        self.say(f"stopped {offer.holder}", "green")
        self._note(offer, How.STOP, "stopped")
        return ExitCode.OK

    def _end(self, offer: Offer) -> ExitCode:
        if self.args.how and not self.args.yes:
            confirm(f"End {offer.holder}?")
        if self.freeing.end(offer):
            self.say(f"ended {offer.holder}", "green")
            self._note(offer, How.END, "ended")
            return ExitCode.OK
        if not self._may_kill(offer):
            self._note(offer, How.END, "runs still")
            raise Refused(
                f"{offer.holder} was asked to end and runs still, after {PATIENCE:.0f} s",
                hint=f"pmap who {self.place} --free --how kill -y",
            )
        gone = self.freeing.end(offer, kill=True)
        self.say(f"{'killed' if gone else 'could not kill'} {offer.holder}", "yellow")
        self._note(offer, How.KILL, "killed" if gone else "runs still")
        return ExitCode.OK

    def _may_kill(self, offer: Offer) -> bool:
        """The second question, which -y alone does not answer."""
        if self.args.yes or self.args.json:
            return bool(self.args.how == How.KILL)
        confirm(f"{offer.holder} runs still. Kill it, whatever it has not written yet is lost?")
        return True

    def _verdict(self) -> ExitCode:
        protocols = [offer.holder.socket.protocol for offer in self.offered]
        troubles = dict.fromkeys(self.freeing.in_the_way(protocol) for protocol in protocols)
        self.reason = "; ".join(filter(None, troubles))
        if not self.reason:
            self.say(f"{self.place} is free now{self._unseen()}", "green")
            return ExitCode.OK
        left = [offer for offer in self.freeing.offers() if offer.bound]
        notes = [note for offer in left for note in offer.notes]
        self.hint = "; ".join(dict.fromkeys(notes)) or f"pmap who {self.place}"
        if not self.args.json:
            diagnostics.warn(f"{self.place} is not free: {self.reason}")
            diagnostics.note(f"  hint: {self.hint}")
        return ExitCode.FINDINGS

    def _unseen(self) -> str:
        """What cannot be said of an engine on another host."""
        if self.freeing.manager.host_is_engines:
            return ""
        return ", as far as containers go: what else runs on the engine's host is not known"

    def _show_all(self) -> None:
        if self.args.json:
            return
        for offer in self.offered:
            self._show(offer)
            for way in offer.ways:
                print_fact(self.output, f"--how {way.how}", way.text, "cyan")
        if (other := self.freeing.another()) is not None:
            self.say(f"  or leave it and take another port: {other} is free", "dim")

    def _show(self, offer: Offer) -> None:
        if self.args.json:
            return
        elsewhere = not self.freeing.manager.host_is_engines
        self.output.text(headline(offer.holder, elsewhere=elsewhere), "bold")
        for note in offer.notes:
            print_fact(self.output, "note", note)
        print_fact(self.output, "left alone", offer.why_not, "yellow")

    def _cannot_ask(self) -> PmapError:
        ways = dict.fromkeys(way.how for offer in self.offered for way in offer.ways)
        if not ways:
            return Refused(
                f"nothing that holds {self.place} can be freed from here",
                hint=f"pmap free --near {self.place.port}",
            )
        chosen = self.args.how or next(iter(ways))
        return InvalidInput(
            "nobody can be asked here: --how and -y are needed",
            hint=f"pmap who {self.place} --free --how {chosen} -y",
        )

    def _note(
        self, offer: Offer, how: How, status: str, *, change: dict[str, Any] | None = None
    ) -> None:
        from manager.cli.json_form import holder_form

        self.done.append(
            {
                "holder": holder_form(offer.holder),
                "how": how.value,
                "status": status,
                "change": change,
            }
        )

    def form(self, code: ExitCode) -> dict[str, Any]:
        """The JSON object."""
        from manager.cli.json_form import SCHEMA, holder_form

        protocol = self.place.protocol
        return {
            "schema": SCHEMA,
            "port": self.place.port,
            "protocol": protocol.value if protocol else None,
            "free": code is ExitCode.OK,
            "offers": [
                {
                    "holder": holder_form(offer.holder),
                    "ways": [
                        {"how": way.how.value, "text": way.text, "command": way.command}
                        for way in offer.ways
                    ],
                    "notes": list(offer.notes),
                    "why_not": offer.why_not or None,
                }
                for offer in self.offered
            ],
            "done": self.done,
            "reason": self.reason or None,
            "hint": self.hint or None,
        }


def _require_fit(offered: tuple[Offer, ...], how: How) -> None:
    """Refuse a way that does not fit whoever holds the port now. Raises Refused."""
    wrong = [offer for offer in offered if offer.bound and offer.way(how) is None]
    if wrong:
        raise Refused("; ".join(dict.fromkeys(offer.refusal(how) for offer in wrong)))
    if all(offer.way(how) is None for offer in offered):
        raise Refused("; ".join(offer.refusal(how) for offer in offered))


def _key(offer: Offer) -> tuple[object, ...]:
    """What stays the same of a holder: a container that was stopped is no new one."""
    holder = offer.holder
    if holder.container is not None:
        return (holder.container.name, holder.socket)
    process = holder.process
    return (process and (process.pid, process.started), holder.socket)
