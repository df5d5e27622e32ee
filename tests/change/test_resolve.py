"""What a SPEC comes to, for any SPEC: properties of the resolution, and of mappings as text."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from manager.change.commands import spec_of
from manager.change.mappings import decode_mapping, encode_mapping, fitting, socket_of
from manager.change.request import ChangeRequest, Loopback, Move, Publish, Unpublish
from manager.change.resolve import LOOPBACK, Inputs, resolve
from manager.errors import Refused
from manager.model.conflict import find_conflicts
from manager.model.container import Container, ContainerState
from manager.model.exposure import Exposure, exposure_of
from manager.model.listener import HostSocket, Listener
from manager.model.portclass import LINUX_EPHEMERAL
from manager.model.ports import IPAddress, IPProtocol, Port, PortBinding, PortMapping, PortRange
from manager.model.portspec import PortSpec
from manager.model.snapshot import EngineInfo, Snapshot

# Few addresses and ports, so that they meet.
addresses: st.SearchStrategy[IPAddress] = st.sampled_from(
    [IPv4Address("127.0.0.1"), IPv4Address("127.0.0.2"), IPv4Address("0.0.0.0"),
     IPv4Address("192.0.2.1"), IPv6Address("::1"), IPv6Address("::")]
)  # fmt: skip
numbers = st.integers(8000, 8010)
protocols = st.sampled_from(list(IPProtocol))
ports = st.builds(Port, st.integers(80, 83), protocols)


@st.composite
def ranges(draw: st.DrawFn) -> PortRange:
    start = draw(numbers)
    return PortRange(start, start + draw(st.integers(0, 3)))


bindings = st.builds(PortBinding, st.none() | addresses, st.none() | ranges())
mappings = st.builds(PortMapping, ports, bindings)


@st.composite
def specs(draw: st.DrawFn) -> PortSpec:
    host = draw(st.none() | ranges())
    inside = draw(st.none() | st.integers(80, 82).map(PortRange.of))
    return PortSpec(draw(st.none() | addresses), host, inside, draw(st.none() | protocols))


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    state = draw(st.sampled_from([ContainerState.EXITED, ContainerState.CREATED]))
    target = Container(
        "a" * 64,
        "web",
        "nginx",
        state,
        mappings=tuple(draw(st.lists(mappings, max_size=4, unique=True))),
        exposed=tuple(draw(st.lists(ports, max_size=2, unique=True))),
    )
    taken = draw(st.lists(st.builds(HostSocket, addresses, numbers, protocols), max_size=4))
    listeners = tuple(map(Listener, taken))
    return Inputs(Snapshot(EngineInfo("unix:///x", "1"), (target,), listeners), target)


def resolved(request: ChangeRequest, given_inputs: Inputs) -> tuple[PortMapping, ...] | None:
    """The mappings afterwards; None where it was refused, with the reason and what to do."""
    try:
        return resolve(request, given_inputs).after
    except Refused as error:
        refusal = error
    assert refusal.message
    assert refusal.hint
    return None


@given(mapping=mappings)
def test_a_mapping_is_read_back_from_its_text(mapping: PortMapping) -> None:
    assert decode_mapping(encode_mapping(mapping)) == mapping


@given(given_inputs=inputs())
def test_the_spec_of_a_mapping_fits_it(given_inputs: Inputs) -> None:
    for mapping in given_inputs.target.mappings:
        if mapping.binding.host_port is not None:
            assert mapping in fitting(PortSpec.parse(spec_of(mapping)), given_inputs.target)


@given(given_inputs=inputs(), wanted=st.lists(specs(), min_size=1, max_size=3))
def test_publish_keeps_what_is_there_and_adds_what_was_asked(
    given_inputs: Inputs, wanted: list[PortSpec]
) -> None:
    request = Publish(container="web", specs=tuple(wanted))
    after = resolved(request, given_inputs)
    if after is None:
        return
    before = given_inputs.target.mappings
    assert after[: len(before)] == before
    added = after[len(before) :]
    assert len(added) <= len(wanted) * 4
    for mapping in added:
        assert mapping.binding.host_ip is not None
        assert mapping.binding.host_port is not None
        assert any(
            mapping.binding.host_ip == (spec.host_ip or LOOPBACK)
            and (spec.host_ports is None or mapping.binding.host_port in spec.host_ports)
            and (spec.protocol is None or mapping.container_port.protocol == spec.protocol)
            for spec in wanted
        )


@given(given_inputs=inputs(), host_ip=addresses, port=st.integers(80, 82))
def test_a_port_that_pmap_picks_is_free_and_not_ephemeral(
    given_inputs: Inputs, host_ip: IPAddress, port: int
) -> None:
    spec = PortSpec(host_ip, None, PortRange.of(port), None)
    request = Publish(container="web", specs=(spec, spec))
    first, second = resolve(request, given_inputs).after[-2:]
    assert first != second
    for mapping in (first, second):
        socket = socket_of(mapping)
        assert socket is not None
        assert socket.host_port not in LINUX_EPHEMERAL
        assert find_conflicts(given_inputs.snapshot, [socket], ignoring={"a" * 64}) == ()


@given(given_inputs=inputs(), spec=specs())
def test_unpublish_only_takes_what_fits(given_inputs: Inputs, spec: PortSpec) -> None:
    request = Unpublish(container="web", specs=(spec,))
    after = resolved(request, given_inputs)
    if after is None:
        return
    before = given_inputs.target.mappings
    gone = [mapping for mapping in before if mapping not in after]
    assert gone
    assert set(gone) <= set(fitting(spec, given_inputs.target))
    assert [mapping for mapping in before if mapping not in gone] == list(after)


@given(given_inputs=inputs(), source=specs(), target=specs())
def test_move_changes_one_mapping_in_its_place(
    given_inputs: Inputs, source: PortSpec, target: PortSpec
) -> None:
    request = Move(container="web", source=source, target=target)
    after = resolved(request, given_inputs)
    if after is None:
        return
    before = given_inputs.target.mappings
    assert len(after) == len(before)
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1


@given(given_inputs=inputs())
def test_loopback_leaves_nothing_open(given_inputs: Inputs) -> None:
    before = given_inputs.target.mappings
    after = resolve(Loopback(container="web"), given_inputs).after
    assert all(exposure_of(m.binding.host_ip) is Exposure.LOOPBACK for m in after)
    assert {m.container_port for m in after} == {m.container_port for m in before}
    again = Inputs(given_inputs.snapshot, Container(
        "a" * 64, "web", "nginx", ContainerState.EXITED, mappings=after
    ))  # fmt: skip
    assert resolve(Loopback(container="web"), again).after == after
