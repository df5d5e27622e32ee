"""probe, scan, doctor and the verdicts of who, on the demo's host."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from manager.cli.main import main
from manager.cli.output import Output
from manager.cli.probe_form import truth_form
from manager.cli.probe_view import print_truth
from manager.model.localhost import Resolution
from manager.model.ports import IPProtocol
from manager.model.probing import Certificate, ProbeResult, Target, TlsFacts
from manager.model.truth import PortTruth

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def run(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> str:
    assert main(["--demo", *argv]) == code
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    return json.loads(run(capsys, *argv, "--json", code=code))


def test_probe_shows_each_address_and_what_it_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "probe", "8443")
    assert "  127.0.0.1  https    1.0  200 OK (nginx/1.27.2)" in shown
    assert "  [::1]      refused  0.0" in shown
    assert "TLSv1.3, certificate shop.example for shop.example, www.shop.example, by" in shown
    assert "127.0.0.1:8443 -> 443/tcp answers: https, 200 OK" in shown
    assert "open to this host only" in shown
    assert "localhost is [::1] first, where a connection is refused" in shown


def test_probe_json_has_every_key_and_null_for_the_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(capsys, "probe", "8443")
    assert found["schema"] == 1
    (port,) = found["ports"]
    assert set(port) == {"port", "protocol", "answers", "localhost", "mappings", "sentences"}
    first, second = port["answers"]
    assert set(first) == set(second) == {
        "address", "answer", "milliseconds", "protocol", "detail", "http", "tls",
    }  # fmt: skip
    assert first["http"]["status"] == 200
    assert first["tls"]["names"] == ["shop.example", "www.shop.example"]
    assert (second["answer"], second["http"], second["tls"]) == ("refused", None, None)
    (mapping,) = port["mappings"]
    assert mapping["container"] == "shop-web-1"
    assert mapping["answering"] is True
    assert (mapping["inside"], mapping["why"]) == (None, None)
    assert mapping["verdict"] == {
        "reach": "this host only", "neighbours": False, "caveats": [],
    }  # fmt: skip


def test_a_container_that_lost_its_port_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "probe", "preview", code=1)
    lost = next(m for m in found["ports"][0]["mappings"] if m["container"] == "preview")
    assert lost["why"]["cause"] == "conflict"
    assert lost["why"]["sentence"].startswith("preview lost its port at its start")
    assert "next  pmap move shop-web-1 8080 0" in run(capsys, "probe", "preview", code=1)


@pytest.mark.parametrize(
    ("argv", "said", "code"),
    [
        (["probe", "shop-wbe-1"], "did you mean shop-web-1", 1),
        (["probe", "web"], "pmap publish web 0 gives it one", 1),
        (["probe", "99999"], "is not in 1-65535", 2),
        (["probe", "8080", "--timeout", "0"], "--timeout is 0.05 to 60", 2),
        (["scan", "--seconds", "0"], "--seconds is 0.1 to 600", 2),
        (["scan", "--range", "9-1"], "runs backwards", 2),
        (["doctor", "now"], "unrecognized arguments: now", 2),
    ],
)
def test_refusals_say_what_to_type(
    capsys: pytest.CaptureFixture[str], argv: list[str], said: str, code: int
) -> None:
    assert main(["--demo", *argv]) == code
    assert said in capsys.readouterr().err


def test_nobody_there_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody listens on 9999/tcp" in run(capsys, "probe", "9999", code=1)


def test_scan_lists_what_answers_beside_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "scan").splitlines()
    assert "  8080  every address  shop-web-1 -> 80/tcp" in lines
    assert "  9100  every address  node-exporter, host network" in lines
    assert "  8000  127.0.0.1      python3 [4711]" in lines
    assert lines[-1] == "10 ports answer; asked 127.0.0.1, [::1]"
    found = answer(capsys, "scan", "--range", "8000-8100")
    assert [(each["port"], each["expected"]) for each in found["found"]] == [
        (8000, True),
        (8080, True),
    ]
    assert (found["ports"], found["left"], found["missing"]) == ("8000-8100", 0, [])


def test_doctor_says_a_line_a_check_and_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "doctor", code=1)
    assert re.search(r"^pass  Engine +Docker in memory", shown, re.MULTILINE)
    assert re.search(r"^fail  Left behind +preview lost its port", shown, re.MULTILINE)
    assert re.search(r"^ +fix: pmap loopback ", shown, re.MULTILINE)
    assert re.search(r"^1 failed, \d to mind, \d+ passed$", shown, re.MULTILINE)
    found = answer(capsys, "doctor", code=1)
    assert set(found) == {"schema", "checks", "passed", "warned", "failed"}
    assert {tuple(check) for check in found["checks"]} == {
        ("check", "title", "status", "fact", "fix")
    }
    assert len(found["checks"]) == found["passed"] + found["warned"] + found["failed"]


def test_doctor_without_an_engine_ends_with_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["-H", f"unix://{tmp_path}/none.sock", "doctor", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["checks"][0]["check"], found["checks"][0]["status"]) == ("engine", "fail")
    assert found["checks"][0]["fix"]


def test_who_tells_what_the_firewall_has_to_do_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "who", "8080")
    assert "  mind       no firewall of this host stops it, and a deny of ufw would not" in shown
    holders = answer(capsys, "who", "8080")["holders"]
    assert holders[0]["verdict"]["reach"] == "every network of this host"
    assert holders[1]["verdict"] is None


def told(*answers: ProbeResult) -> PortTruth:
    here = (ip_address("127.0.0.1"),)
    return PortTruth(443, IPProtocol.TCP, answers, (), Resolution("localhost", here, 0.0))


def https(ends: datetime, **more: Any) -> ProbeResult:
    names = more.get("names", ())
    one = Certificate(more.get("subject", "a"), more.get("issuer", "b"), names, NOW, ends)
    tls = TlsFacts("TLSv1.3", "X", one)
    return ProbeResult(Target(ip_address("127.0.0.1"), 443), "open", 0.001, "https", "200 OK", tls)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (https(NOW + timedelta(days=90)), "certificate a, by b, ends on 2027-01-30"),
        (https(NOW + timedelta(days=3)), "ends on 2026-11-04 (in 3 days)"),
        (https(NOW - timedelta(days=3)), "ENDED on 2026-10-29"),
        (https(NOW + timedelta(days=90), issuer="a"), "by itself"),
        (https(NOW + timedelta(days=90), subject="", names=("x", "y")), "(no name) for x, y"),
    ],
)
def test_a_certificate_is_told_by_name_and_end(
    capsys: pytest.CaptureFixture[str], result: ProbeResult, said: str
) -> None:
    print_truth(Output(), told(result, result), NOW.timestamp())
    shown = capsys.readouterr().out
    assert shown.count(said) == 1


def test_what_a_server_says_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[31mx\u202e"
    target = Target(ip_address("127.0.0.1"), 443)
    tls = TlsFacts(problem=evil)
    result = ProbeResult(target, "open", 0.001, "", evil, tls)
    named = https(NOW, subject=evil, issuer=evil, names=(evil,))
    print_truth(Output(), told(result, named), NOW.timestamp())
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[31mx\\u202e" in shown
    assert "\x1b" not in json.dumps(truth_form(told(result, named)))
