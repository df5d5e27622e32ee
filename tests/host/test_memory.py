"""The in-memory host side keeps the promises of the interfaces."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from manager.errors import ChangeInProgress, InvalidInput
from manager.host.memory import FakeClock, MemoryFiles, MemoryHost, MemoryJournal
from manager.interfaces import Clock, ConnectResult, Files, Host, Journal
from manager.model.listener import HostSocket, Listener, Process
from manager.model.ports import IPProtocol, PortRange

WEB = Listener(HostSocket(ip_address("127.0.0.1"), 8080), Process(42, "httpd"))
DUAL = Listener(HostSocket(ip_address("::"), 9090, IPProtocol.TCP, True), Process(43, "node"))


def test_they_are_what_the_core_asks_for() -> None:
    host: Host = MemoryHost()
    files: Files = MemoryFiles()
    journal: Journal = MemoryJournal()
    clock: Clock = FakeClock()
    assert host.listeners() == ()
    assert journal.open_entries() == journal.history() == ()
    assert clock.monotonic() == 0
    with pytest.raises(InvalidInput, match=r"compose\.yaml"):
        files.read("compose.yaml")


@pytest.mark.parametrize(
    ("address", "port", "error"),
    [
        ("127.0.0.1", 8080, "address already in use"),
        ("127.0.0.2", 8080, None),
        (None, 8080, "address already in use"),
        ("0.0.0.0", 9090, "address already in use"),
        ("::1", 8080, None),
        ("192.0.2.7", 8081, "192.0.2.7 is not an address of this host"),
        ("10.0.0.5", 8081, None),
    ],
)
def test_bind_error_follows_from_the_listeners(
    address: str | None, port: int, error: str | None
) -> None:
    host = MemoryHost([WEB, DUAL], addresses=[ip_address("10.0.0.5"), ip_address("::1")])
    ip = None if address is None else ip_address(address)
    assert host.bind_error(HostSocket(ip, port)) == error


def test_listeners_may_be_a_callable_that_is_asked_each_time() -> None:
    now: list[Listener] = []
    host = MemoryHost(lambda: now)
    assert host.connect(ip_address("127.0.0.1"), 8080, timeout=1).answer == "refused"
    now.append(WEB)
    assert host.connect(ip_address("127.0.0.1"), 8080, timeout=1).answering
    assert host.process(42) == WEB.process
    assert host.process(7) is None


def test_answers_override_what_a_connect_gets() -> None:
    here = ip_address("127.0.0.1")
    closed = ConnectResult(here, 8080, "closed-at-once", 0.01)
    host = MemoryHost([WEB, DUAL], answers=lambda _ip, port: closed if port == 8080 else None)
    assert host.connect(here, 8080, timeout=1) is closed
    assert host.connect(here, 9090, timeout=1).answer == "open"


def test_given_facts_are_told() -> None:
    inside = (HostSocket(ip_address("127.0.0.1"), 80),)
    host = MemoryHost(
        [WEB], ephemeral=PortRange(40000, 50000), inside={7: inside}, owners={42: "c1"}
    )
    assert host.ephemeral_range() == PortRange(40000, 50000)
    assert host.listening_inside(7) == inside
    assert host.listening_inside(8) is None
    assert host.owner_of(WEB, {}) == "c1"
    assert host.owner_of(DUAL, {43: "c2"}) == "c2"
    assert host.owner_of(DUAL, {}) is None
    proxy = Listener(DUAL.socket, DUAL.process, for_engine=True)
    assert host.owner_of(proxy, {43: "c2"}) is None


def test_files_are_replaced_only_as_expected() -> None:
    files = MemoryFiles({"a": b"1", "b": b"2"}, read_only=["b"])
    files.write("a", b"3", expected=b"1")
    assert files.read("a") == b"3"
    with pytest.raises(InvalidInput, match="meanwhile"):
        files.write("a", b"4", expected=b"1")
    with pytest.raises(InvalidInput, match="read-only"):
        files.write("b", b"4")
    with pytest.raises(InvalidInput, match="read-only"):
        files.check_writable("b")
    files.check_writable("a")
    with pytest.raises(InvalidInput, match="stays"):
        files.remove("a", expected=b"1")
    assert files.files == {"a": b"3", "b": b"2"}
    files.remove("a", expected=b"3")
    files.remove("a", expected=b"3")
    assert files.files == {"b": b"2"}


def test_journal_keeps_copies_and_moves_closed_changes_to_the_history() -> None:
    journal = MemoryJournal()
    entry: dict[str, object] = {"phase": "begin", "deep": {"ids": ["x"]}}
    journal.save("t1", entry)
    journal.save("t2", {"phase": "begin"})
    entry["phase"] = "created"
    assert journal.open_entries()[0]["phase"] == "begin"
    journal.close("t1", {"name": "web"})
    journal.discard("t2")
    assert journal.open_entries() == ()
    assert journal.history() == ({"name": "web", "tx": "t1"},)


def test_one_lock_an_engine() -> None:
    journal = MemoryJournal()
    with journal.lock("a") as fd, journal.lock("b"):
        assert fd == -1
        with pytest.raises(ChangeInProgress), journal.lock("a"):
            raise AssertionError("the lock was given twice")
    with journal.lock("a") as again:
        assert again == -1


def test_the_clock_stands_still_until_someone_waits() -> None:
    clock = FakeClock(start=100.0)
    clock.wait(2.5)
    assert (clock.now(), clock.monotonic(), clock.waited) == (102.5, 2.5, [2.5])
