"""Port events by Global Fishing Watch's rules against the plain machine of the benchmark."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.gfw import naive_events, our_events
from benchmarks.positions import cleaned, kattegat, novorossiysk, port_points, singapore, solent
from monitor.detect.gfw_events import anchorage_points
from monitor.detect.tracks import TrackCriteria, Tracks, tracks_in
from monitor.detect.visits import PRESETS, visits_in
from monitor.domain.place import Gazetteer, PlaceKind
from monitor.domain.positions import concat
from tests.builders import BERTH, OTHER, SEA, T0, a_gazetteer, a_place, a_track, hours
from tests.conftest import SHARED

ZONE = (35.8150 - 0.038, 34.9150)
"""About 3.5 km from the nearer berth: neither in port nor out."""
ONE_POINT = Gazetteer(
    "port", {"port.a": a_place("port.a", PlaceKind.BERTH, (35.8149, 34.9149, 35.8151, 34.9151))}
)


def events(*reports: tuple[float, tuple[float, float], float | None]) -> list[tuple[float, str]]:
    """Return (hours after T0, kind) of the events of one ship."""
    tracks = tracks_in(a_track(*reports), criteria=TrackCriteria())
    begin = T0.timestamp()
    found = our_events(tracks, anchorage_points(ONE_POINT))
    return [(round((ms / 1000 - begin) / 3600, 2), kind) for _, ms, kind in found]


def test_a_call_with_a_stop() -> None:
    """Coming in stopped gives both events at once, and so does going out."""
    assert events((0, SEA, 9), (1, BERTH, 0.2), (2, BERTH, 0.4), (3, SEA, 9)) == [
        (1, "PORT_ENTRY"), (1, "PORT_STOP_BEGIN"), (3, "PORT_STOP_END"), (3, "PORT_EXIT"),
    ]  # fmt: skip


def test_the_first_report_tells_nothing() -> None:
    """Where a track begins in port the ship has not come in."""
    assert events((0, BERTH, 5), (1, BERTH, 0.1), (2, BERTH, 0.5)) == [
        (1, "PORT_STOP_BEGIN"), (2, "PORT_STOP_END"),
    ]  # fmt: skip


def test_between_three_and_four_kilometres_nothing_changes() -> None:
    """A ship is in from three kilometres and out from four."""
    assert events((0, SEA, 9), (1, ZONE, 9), (2, BERTH, 9), (3, ZONE, 9)) == [(2, "PORT_ENTRY")]


def test_a_ship_that_drifts_in_is_not_stopped() -> None:
    """Between 0.2 and 0.5 kn a ship stays stopped, but only in port can she have been."""
    assert events((0, SEA, 0.1), (5, BERTH, 0.3)) == [(5, "PORT_ENTRY")]


@pytest.mark.parametrize(("gap_h", "begun"), [(4.0, True), (3.99, False)])
def test_a_gap_begins_four_hours_after_the_last_report(gap_h: float, begun: bool) -> None:
    """Four hours in port without a report are a gap, not a minute less."""
    found = events((0, SEA, 9), (1, BERTH, 5), (1 + gap_h, BERTH, 5))
    assert ((5, "PORT_GAP_BEGIN") in found) is begun
    assert ((1 + gap_h, "PORT_GAP_END") in found) is begun


@settings(max_examples=120, deadline=None)
@given(
    reports=st.lists(
        st.tuples(
            st.sampled_from([0.3, 1.0, 3.999, 4.0, 7.0]),
            st.sampled_from([SEA, ZONE, BERTH]),
            st.sampled_from([0.2, 0.21, 0.49, 0.5, 8.0, None]),
            st.sampled_from([OTHER, OTHER + 1]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_track_gives_the_events_of_the_plain_machine(
    reports: list[tuple[float, tuple[float, float], float | None, int]],
) -> None:
    """Over columns or fix by fix: the same events."""
    times = np.cumsum([r[0] for r in reports]).tolist()
    batches = [
        a_track((t, place, sog), mmsi=mmsi)
        for t, (_, place, sog, mmsi) in zip(times, reports, strict=True)
    ]
    tracks = tracks_in(concat(batches), criteria=TrackCriteria())
    points = anchorage_points(ONE_POINT)
    assert sorted(our_events(tracks, points)) == sorted(naive_events(tracks, points))
    assert_visits_are_the_events(tracks, ONE_POINT)


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.exists(), reason="real data not at hand")
@pytest.mark.parametrize("read", [kattegat, novorossiysk, singapore, solent])
def test_real_tracks_give_the_events_of_the_plain_machine(read) -> None:  # noqa: ANN001
    """Every file given, with the ports of Global Fishing Watch's own list."""
    tracks = cleaned(read())
    gazetteer = port_points(tracks)
    points = anchorage_points(gazetteer)
    ours = our_events(tracks, points)
    assert ours
    assert sorted(ours) == sorted(naive_events(tracks, points))
    assert_visits_are_the_events(tracks, gazetteer)


def assert_visits_are_the_events(tracks: Tracks, gazetteer: Gazetteer) -> None:
    """Cut the plain machine's events into visits from entry to exit and compare the grades."""
    graded: list[tuple[int, int]] = []
    by_ship: dict[int, list[tuple[int, str]]] = {}
    for mmsi, ms, kind in naive_events(tracks, anchorage_points(gazetteer)):
        by_ship.setdefault(mmsi, []).append((ms, kind))
    for mmsi, told in by_ship.items():
        kinds: set[str] = set()
        for _, kind in told:
            if kind == "PORT_ENTRY" and kinds:
                graded.append((mmsi, grade(kinds)))
                kinds = set()
            kinds.add(kind)
            if kind == "PORT_EXIT":
                graded.append((mmsi, grade(kinds)))
                kinds = set()
        graded += [(mmsi, grade(kinds))] if kinds else []
    visits = visits_in(tracks, gazetteer, criteria=PRESETS["gfw"])
    assert sorted((v.mmsi, v.confidence) for v in visits) == sorted(graded)


def grade(kinds: set[str]) -> int:
    """Return the confidence of a visit by the kinds of its events."""
    edges = len(kinds & {"PORT_ENTRY", "PORT_EXIT"})
    stop = any("STOP" in k or "GAP" in k for k in kinds)
    return 2 + edges if stop else 1


def test_the_preset_measures_to_points_and_names_the_port() -> None:
    """A call by points names the port's own place and has its edges."""
    track = a_track((0, SEA, 9), (1, BERTH, 0.1), (9, BERTH, 0.1), (12, SEA, 9))
    (call,) = visits_in(
        tracks_in(track, criteria=TrackCriteria()), a_gazetteer(), criteria=PRESETS["gfw"]
    )
    assert (call.place_id, call.place_kind, call.confidence) == ("port.harbour", "port", 4)
    assert call.start.latest == T0 + hours(1)
    assert call.end.latest == T0 + hours(12)
