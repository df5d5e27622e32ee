"""What a probe found, as text."""

from __future__ import annotations

from datetime import UTC, datetime

from manager.cli.output import Cell, Output
from manager.model.ports import format_host
from manager.model.probing import ProbeResult
from manager.model.truth import PortTruth, RowTruth

_WORDS = {"closed-at-once": "closed at once", "timeout": "no answer", "silent": "silence"}


def print_truth(output: Output, truth: PortTruth, now: float) -> None:
    """The port, what each address said, what it comes to. `now` in seconds since the epoch."""
    output.text(f"{truth.port}/{truth.protocol}{_owners(truth)}", "bold")
    rows = [_answer_cells(answer) for answer in truth.answers]
    if rows:
        output.table(("  ADDRESS", "ANSWER", "MS", "WHO"), rows)
    if truth.localhost.addresses:
        order = ", then ".join(format_host(address) for address in truth.localhost.addresses)
        output.text(f"  localhost is {order}", "dim")
    for line in dict.fromkeys(_certificates(truth, now)):
        output.text(f"  {line}")
    for row in truth.rows:
        output.text(row.sentence, "bold")
        _print_advice(output, row)
    for sentence in truth.oddities:
        output.text(sentence, "bold")


def _owners(truth: PortTruth) -> str:
    names = dict.fromkeys(_owner(row) for row in truth.rows)
    return f"  {', '.join(names)}" if names else ""


def _owner(truth: RowTruth) -> str:
    row = truth.row
    if row.container is not None:
        inner = f" {row.container_port}" if row.container_port else " (host network)"
        served = f", served by {row.served_by}" if row.served_by else ""
        return f"{row.container.name}{inner}{served}"
    if row.service is not None:
        return f"{row.service.name} {row.container_port or ''} (swarm service)"
    return f"{row.process.name or 'process'} [{row.process.pid}]" if row.process else "a process"


def _answer_cells(answer: ProbeResult) -> list[Cell]:
    good = answer.answering
    style = "green" if good else "dim" if answer.answer == "silent" else "yellow"
    word = answer.protocol or ("open" if good else _WORDS.get(answer.answer, answer.answer))
    return [
        Cell(f"  {format_host(answer.target.address)}"),
        Cell(word, style),
        Cell(f"{answer.seconds * 1000:.1f}", "dim", right=True),
        Cell(answer.detail),
    ]


def _certificates(truth: PortTruth, now: float) -> list[str]:
    found = []
    for answer in truth.answers:
        tls = answer.tls
        if tls is None:
            continue
        if tls.certificate is None:
            found.append(f"TLS: {tls.problem or tls.version}")
            continue
        one = tls.certificate
        names = f" for {', '.join(one.names[:4])}" if one.names else ""
        issuer = "itself" if one.self_signed else one.issuer or "an unnamed issuer"
        end = f"{one.end:%Y-%m-%d}"
        until = f"ENDED on {end}" if one.expired(now) else f"ends on {end}{_soon(one.end, now)}"
        found.append(
            f"{tls.version}, certificate {one.subject or '(no name)'}{names}, by {issuer}, {until}"
        )
    return found


def _soon(end: datetime, now: float) -> str:
    days = (end - datetime.fromtimestamp(now, UTC)).days
    return f" (in {days} days)" if days <= 30 else ""


def _print_advice(output: Output, truth: RowTruth) -> None:
    for caveat in truth.verdict.caveats if truth.row.bound else ():
        output.text(f"  mind  {caveat}", "yellow")
    if truth.why is not None:
        output.text(f"  next  {truth.why.next}", "cyan")
