"""The truth about single rows: what lies around the engine is read once in a while."""

from __future__ import annotations

import pytest

from manager.bootstrap import build
from manager.errors import InvalidInput
from manager.host.memory import FakeClock
from manager.model.rows import PortRow, port_rows
from manager.model.snapshot import Snapshot
from manager.service import PortManager
from manager.telling import AROUND_SECONDS, RowTeller
from manager.verdicts import Surveyor


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def manager(clock: FakeClock) -> PortManager:
    made = build(demo=True)
    made.clock = clock
    return made


def row_at(snapshot: Snapshot, port: int) -> PortRow:
    return next(r for r in port_rows(snapshot) if r.host_ports and port in r.host_ports)


def test_one_row_is_asked_at_its_own_address(manager: PortManager) -> None:
    snapshot = manager.snapshot()
    truth = manager.row_teller().tell(row_at(snapshot, 8081), snapshot)
    assert truth.answer is not None
    assert str(truth.answer.target.address) == "192.168.1.20"
    assert truth.verdict.exposure == "address"
    conflict = next(r for r in port_rows(snapshot) if r.container and r.container.name == "preview")
    stuck = manager.row_teller().tell(conflict, snapshot)
    assert stuck.answer is None, "nothing of it is bound, so nothing is asked"
    assert stuck.conflicts
    assert stuck.why is not None


def test_the_surroundings_are_kept_for_a_while(
    manager: PortManager, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    begin = Surveyor.__init__

    def counting(self: Surveyor, *given: object) -> None:
        made.append(1)
        begin(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Surveyor, "__init__", counting)
    snapshot, teller = manager.snapshot(), manager.row_teller()
    for port in (8080, 8443, 8080):
        teller.tell(row_at(snapshot, port), snapshot)
    assert len(made) == 1
    clock.wait(AROUND_SECONDS + 1)
    teller.tell(row_at(snapshot, 8080), snapshot)
    assert len(made) == 2


def test_without_a_prober_nobody_can_be_asked(manager: PortManager) -> None:
    manager.prober = None
    with pytest.raises(InvalidInput):
        manager.row_teller()


def test_what_listens_inside_is_told_in_order(manager: PortManager) -> None:
    assert isinstance(manager.row_teller(), RowTeller)
    container = manager.snapshot().container("shop-api-1")
    assert manager.listening(container) == (), "the demo's containers have no inside"
    manager.engine = None
    assert manager.listening(container) == ()
