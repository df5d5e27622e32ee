"""Plans, steps and outcomes as lines, from the real planner's values."""

from __future__ import annotations

import pytest

from manager.change.plan import Cost, Operation, OperationKind, Outcome, Plan, Status
from manager.change.request import Loopback
from manager.errors import Refused
from manager.model.ports import Port, PortBinding, PortMapping, PortRange, parse_ip
from tui.presentation.cells import Line, Role, line_width, plain
from tui.presentation.glyphs import UNICODE
from tui.presentation.plans import plan_lines
from tui.presentation.progress import Work, error_lines, outcome_lines, work_lines


def mapping(address: str | None, port: int) -> PortMapping:
    ip = parse_ip(address) if address else None
    return PortMapping(Port(80), PortBinding(ip, PortRange.of(port)))


OPEN, CLOSED = mapping(None, 8080), mapping("127.0.0.1", 8080)


def a_plan(**more: object) -> Plan:
    values: dict[str, object] = {
        "id": "a1",
        "request": Loopback(container="web"),
        "container": "web",
        "container_id": "c" * 64,
        "project": "shop",
        "service": "web",
        "before": (OPEN, mapping("127.0.0.1", 9000)),
        "after": (CLOSED, mapping("127.0.0.1", 9000)),
        "operations": (
            Operation(kind=OperationKind.CREATE, resource="web.new", cause="ports are fixed"),
            Operation(kind=OperationKind.STOP, resource="web", cause="only one can hold them"),
        ),
        "cost": Cost(restart=True, expected_downtime="about a second", lost=("its logs",)),
        "warnings": ("the file says otherwise",),
    }
    return Plan.model_validate(values | more)


def texts(lines: list[Line]) -> list[str]:
    return [plain(line) for line in lines]


def test_a_plan_shows_what_goes_what_comes_and_what_it_costs() -> None:
    assert texts(plan_lines(a_plan(), 60, UNICODE)) == [
        "web  shop/web",
        "- *:8080 → 80/tcp",
        "  127.0.0.1:9000 → 80/tcp",
        "+ 127.0.0.1:8080 → 80/tcp",
        "",
        "Restarts web: about a second.",
        "Not kept: its logs.",
        "▲ the file says otherwise",
    ]


def test_a_plan_of_nothing_says_so() -> None:
    lines = plan_lines(a_plan(operations=(), after=(OPEN,), before=(OPEN,)), 60, UNICODE)
    assert "Nothing to do: it is so already." in texts(lines)


def test_a_stopped_container_is_not_interrupted() -> None:
    lines = plan_lines(a_plan(cost=Cost(dependents=("proxy",))), 60, UNICODE)
    assert "Nothing runs, so nothing is interrupted." in texts(lines)
    assert "Also recreated: proxy." in texts(lines)


def test_steps_are_ticked_off_as_they_happen() -> None:
    work = Work((a_plan(),))
    assert texts(work_lines(work, 80, UNICODE))[:3] == ["web", "○ create", "○ stop"]
    work.step("create web.new", "start", 0.0)
    work.step("create web.new", "done", 0.25)
    work.step("stop web", "start", 0.25)
    lines = work_lines(work, 80, UNICODE)
    assert texts(lines)[1:3] == [
        "● create       0.25 s  ports are fixed",
        "→ stop                 only one can hold them",
    ]
    work.step("stop web", "failed", 1.5)
    work.step("the way back", "start", 1.5)
    work.step("the way back", "done", 2.0)
    assert texts(work_lines(work, 80, UNICODE))[2:4] == [
        "✗ stop         1.25 s  only one can hold them",
        "● the way back  0.50 s  ",
    ]


def outcome(status: Status, **more: object) -> Outcome:
    plan = a_plan()
    values: dict[str, object] = {"id": "a1", "status": status, "plan": plan}
    values |= {"before": plan.before, "after": plan.after, "downtime_ms": 240.0}
    return Outcome.model_validate(values | more)


def test_the_proof_of_what_was_done() -> None:
    lines = texts(outcome_lines(outcome(Status.APPLIED), 80, UNICODE))
    assert lines[0] == "● Done. It was away for 240 ms."
    assert "docker inspect differs in the port bindings and in nothing else." in lines
    other = outcome(Status.APPLIED, differences=("HostConfig.X",), downtime_ms=None)
    told = texts(outcome_lines(other, 80, UNICODE))
    assert told[0] == "● Done. Nothing was interrupted."
    assert "docker inspect also differs in: HostConfig.X." in told


@pytest.mark.parametrize(
    ("status", "said", "role"),
    [
        (Status.ROLLED_BACK, "✗ Undone: web is as it was. it did not start", Role.WARN),
        (Status.ROLLBACK_FAILED, "✗ The way back failed too. Type pmap recover", Role.BAD),
    ],
)
def test_what_failed_is_said_with_the_way_out(status: Status, said: str, role: Role) -> None:
    failed = outcome(status, reason="it did not start", hint="pmap recover", warnings=("odd",))
    lines = outcome_lines(failed, 200, UNICODE)
    assert texts(lines)[0].startswith(said)
    assert lines[0][0].role is role
    assert texts(lines)[-2:] == ["Try: pmap recover", "▲ odd"]


def test_what_follows_a_failed_plan_is_shown_as_not_begun() -> None:
    work = Work((a_plan(), a_plan(container="api")))
    work.end(Refused("the host has changed", hint="look again"))
    lines = texts(work_lines(work, 80, UNICODE))
    assert lines[:2] == ["✗ the host has changed", "  look again"]
    assert "api  shop/web" in lines


def test_lines_keep_to_their_columns() -> None:
    work = Work((a_plan(warnings=("a very long warning " * 6,)),))
    work.end(outcome(Status.ROLLED_BACK, reason="for a very long reason " * 5))
    for columns in (30, 40, 78):
        assert all(
            line_width(line) <= columns for line in plan_lines(work.plans[0], columns, UNICODE)
        )
        assert all(line_width(line) <= columns for line in error_lines(
            Refused("no " * 30, hint="yes " * 30), columns, UNICODE))  # fmt: skip


def test_errors_are_shown_harmlessly() -> None:
    assert texts(error_lines(Refused("\x1b[31mred"), 60, UNICODE)) == ["✗ \\x1b[31mred"]
