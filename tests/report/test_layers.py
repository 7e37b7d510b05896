"""What the map draws: runs and gaps of tracks, places of findings, the opening view."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from port_story import AS_OF, SPARTA, a_finding, a_look, a_scene, a_track, others, tartus, the_story

from monitor.domain.berth_state import Occupancy
from monitor.domain.finding import FindingKind, Status, Subject
from monitor.report import layers
from monitor.report.layers import finding_point, page_values
from monitor.report.summary import MapView, TrackView

SIX_HOURS = 6.0


def a_view(*tracks: TrackView, **changes: object) -> MapView:
    """Return a view of Tartus with these tracks."""
    view = MapView(title="Port of Tartus", as_of=AS_OF, gazetteer=tartus(), tracks=tracks)
    return replace(view, **changes)  # type: ignore[arg-type]


def way_of(ship: dict[str, Any]) -> tuple[list[list[float]], list[int]]:
    """Return a ship's drawn (lat, lon) and times, unpacked as the page does."""
    steps = np.cumsum(np.array(ship["path"]).reshape(-1, 3), axis=0)
    return (steps[:, :2] / 1e5).tolist(), steps[:, 2].tolist()


@pytest.mark.parametrize(("gap_h", "gaps"), [(SIX_HOURS, 0), (SIX_HOURS + 0.01, 1)])
def test_reports_further_apart_than_the_limit_are_joined_by_a_gap(gap_h: float, gaps: int) -> None:
    """A silence is drawn apart from what was seen, exactly beyond the threshold."""
    rows = a_track((gap_h + 2, 35.5, 34.9), (gap_h + 1, 35.6, 34.8), (1, 35.7, 35.0), (0, 35.8, 35))
    (ship,) = page_values(a_view(TrackView(identity=SPARTA, positions=rows)))["ships"]
    assert ship.get("gaps", []) == ([2] if gaps else [])


def test_a_track_is_thinned_where_it_is_straight_and_kept_where_it_turns() -> None:
    """Points on a line go, its ends and a corner stay, each with its own time."""
    there = [(20 - i, 35.3 + 0.01 * i, 34.9) for i in range(11)]
    back = [(10 - i, 35.4, 34.9 + 0.01 * i) for i in range(1, 11)]
    rows = a_track(*there, *back)
    values = page_values(a_view(TrackView(identity=SPARTA, positions=rows)))
    at, t = way_of(values["ships"][0])
    assert at == [[34.9, 35.3], [34.9, 35.4], [35.0, 35.4]]
    assert np.diff(t).tolist() == [36_000, 36_000]


def test_a_track_over_the_date_line_is_not_drawn_round_the_world() -> None:
    """Longitudes run on past 180 degrees."""
    rows = a_track((3, 179.9, 10.0), (2, -179.9, 10.1), (1, -179.7, 10.0))
    (ship,) = page_values(a_view(TrackView(identity=SPARTA, positions=rows)))["ships"]
    assert [lon for _, lon in way_of(ship)[0]] == [179.9, 180.1, 180.3]


def test_the_order_of_rows_ships_and_findings_does_not_matter() -> None:
    """The same facts in another order give the same page."""
    view = the_story()
    turned = replace(
        view,
        tracks=tuple(
            replace(t, positions=t.positions.take(slice(None, None, -1)))
            for t in reversed(view.tracks)
        ),
        findings=view.findings[::-1],
        berth_states=view.berth_states[::-1],
        scenes=view.scenes[::-1],
    )
    assert page_values(turned) == page_values(view)


def test_many_tracks_are_thinned_until_they_fit_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond the budget other ships' tracks are simplified more, and a note tells by how much."""
    monkeypatch.setattr(layers, "MAX_POINTS", 300)
    values = page_values(a_view(*others(20)))
    assert sum(len(way_of(ship)[1]) for ship in values["ships"]) <= 300
    assert any("simplified to within" in note for note in values["notes"])


def test_a_finding_lies_where_its_ship_was_when_it_began() -> None:
    """A wait in a ring of sea is shown at the ship and not at the middle of the ring."""
    rows = a_track((73, 35.61, 34.91), (71, 35.62, 34.92), (1, 35.8, 34.9))
    view = a_view(TrackView(identity=SPARTA, positions=rows))
    point = finding_point(a_finding(), view)
    assert point is not None
    assert (point.x, point.y) == (35.61, 34.91)


def test_a_finding_without_a_track_lies_at_its_place_or_nowhere() -> None:
    """A berth is its own place; a finding with neither ship nor place cannot be shown."""
    view = a_view(TrackView(identity=SPARTA, positions=a_track((90, 35.6, 34.9))))
    berth_id = "tartus.berth.b1_s.2"
    berthed = finding_point(a_finding(FindingKind.BERTHED, place_id=berth_id), view)
    assert view.gazetteer.places[berth_id].geometry.contains(berthed)
    nobody = a_finding(subject=Subject(), place_id="tartus.no_such_place")
    assert finding_point(nobody, view) is None


def test_the_opening_view_holds_watched_ships_near_the_port_only() -> None:
    """A ship off the port widens the view; one in another sea does not."""
    harbour = page_values(a_view())["home"]
    near = TrackView(identity=SPARTA, positions=a_track((1, 35.6, 34.9)))
    far = TrackView(identity=SPARTA, positions=a_track((1, 20.0, 34.9)))
    assert page_values(a_view(far))["home"] == harbour
    assert page_values(a_view(near))["home"][0][1] == 35.6


def test_a_ship_not_heard_for_longer_than_its_limit_is_marked() -> None:
    """The last position of a silent ship is drawn as such."""
    for hours, silent in ((6, False), (6.01, True)):
        view = a_view(TrackView(identity=SPARTA, positions=a_track((hours, 35.7, 34.9))))
        assert page_values(view)["ships"][0].get("silent", False) is silent


def test_only_real_sentinel_pictures_are_credited_to_copernicus() -> None:
    """A rendered scene is nobody's satellite image."""
    drawn = page_values(a_view(scenes=(a_scene(rendered=True),)))["credits"]
    real = page_values(a_view(scenes=(a_scene(), a_scene(25))))["credits"]
    assert not any("Copernicus" in credit for credit in drawn)
    assert "Contains modified Copernicus Sentinel data 2024–2025" in real
    looked = a_view(berth_states=(a_look("tartus.berth.b1_s.2", Occupancy.FREE),))
    assert "Contains modified Copernicus Sentinel data 2025" in page_values(looked)["credits"]


def test_every_value_is_plain_json() -> None:
    """The page can be written without NaN or objects of ours."""
    values = page_values(the_story())
    assert json.loads(json.dumps(values, allow_nan=False)).keys() == values.keys()
    assert [f["at"] is not None for f in values["findings"]].count(True) == 7


@pytest.mark.parametrize(
    ("kind", "status", "last_chip", "told_end"),
    [
        (FindingKind.ARRIVED, Status.CLOSED, "high confidence", False),
        (FindingKind.ARRIVED, Status.RETRACTED, "retracted", False),
        (FindingKind.WAITING, Status.OPEN, "ongoing", True),
        (FindingKind.WAITING, Status.CLOSED, "ended", True),
    ],
)
def test_only_what_lasts_can_end(
    kind: FindingKind, status: Status, last_chip: str, told_end: bool
) -> None:
    """An arrival is over when it happens; a wait is ongoing or ended."""
    finding = a_finding(kind, status=status, end_earliest=AS_OF, end_latest=AS_OF)
    (shown,) = page_values(a_view(findings=(finding,)))["findings"]
    assert shown["chips"][-1][1] == last_chip
    assert ("ended 2025-01-20 18:00 UTC" in shown["when"]) is told_end


def test_older_pictures_give_way_where_they_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest pictures that fit are kept, one at least, and the page says how many are not."""
    scenes = tuple(a_scene(days) for days in (1, 2, 3))
    size = len(scenes[0].webp)
    for room, kept in ((3 * size, 3), (3 * size - 1, 2), (0, 1)):
        monkeypatch.setattr(layers, "MAX_SCENE_BYTES", room)
        values = page_values(a_view(scenes=scenes))
        assert len(values["scenes"]) == kept
        assert values["scenes"][-1]["label"].startswith("2025-01-19")
        assert any("left out" in note for note in values["notes"]) is (kept < 3)
