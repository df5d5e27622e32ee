"""What a probe found, as JSON. Keys stay; what is not known is null."""

from __future__ import annotations

from typing import Any

from manager.cli.json_form import row_form
from manager.cli.verdict_form import verdict_form
from manager.model.cause import Why
from manager.model.probing import ProbeResult, TlsFacts
from manager.model.truth import PortTruth, RowTruth


def truth_form(truth: PortTruth) -> dict[str, Any]:
    """One of `ports` of `probe --json`."""
    return {
        "port": truth.port,
        "protocol": truth.protocol.value,
        "answers": [_answer_form(answer) for answer in truth.answers],
        "localhost": [str(address) for address in truth.localhost.addresses],
        "mappings": [_row_form(row) for row in truth.rows],
        "sentences": list(truth.sentences),
    }


def why_form(why: Why | None) -> dict[str, Any] | None:
    """Why a port does not answer; null where nothing is known to be wrong."""
    if why is None:
        return None
    return {"cause": why.cause.value, "sentence": why.sentence, "next": why.next}


def _row_form(truth: RowTruth) -> dict[str, Any]:
    inside = truth.inside
    return {
        **row_form(truth.row),
        "answering": truth.answer.answering if truth.answer else None,
        "inside": inside
        and {"state": inside.state.value, "sockets": [str(socket) for socket in inside.sockets]},
        "why": why_form(truth.why),
        "verdict": verdict_form(truth.verdict),
        "sentence": truth.sentence,
    }


def _answer_form(answer: ProbeResult) -> dict[str, Any]:
    http = answer.http
    return {
        "address": str(answer.target.address),
        "answer": answer.answer,
        "milliseconds": round(answer.seconds * 1000, 1),
        "protocol": answer.protocol or None,
        "detail": answer.detail or None,
        "http": http
        and {
            "status": http.status,
            "reason": http.reason,
            "server": http.server or None,
            "location": http.location or None,
        },
        "tls": _tls_form(answer.tls),
    }


def _tls_form(tls: TlsFacts | None) -> dict[str, Any] | None:
    if tls is None:
        return None
    one = tls.certificate
    return {
        "version": tls.version or None,
        "cipher": tls.cipher or None,
        "problem": tls.problem or None,
        "subject": one.subject if one else None,
        "issuer": one.issuer if one else None,
        "names": list(one.names) if one else None,
        "ends": one.end.isoformat() if one else None,
    }
