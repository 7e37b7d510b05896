"""What stands beside the map, and the berths as of an earlier image."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from port_story import AS_OF, a_finding, a_look, a_scene, tartus

from monitor.domain.berth_cell import AisHalf, AisSays, BerthCell
from monitor.domain.berth_state import Occupancy
from monitor.domain.coverage import Heard
from monitor.domain.finding import Basis, FindingKind, Status, Subject
from monitor.report.layers import page_values
from monitor.report.panels import CELLS_SHOWN, berth_rows, side_by_side, view_at
from monitor.report.summary import MapView, Shade, berth_pictures

BERTH = "tartus.berth.naval_s_w.1"
HOUR = timedelta(hours=1)
STORY = MapView(
    title="Port of Tartus",
    as_of=AS_OF,
    gazetteer=tartus(),
    berth_states=(
        a_look(BERTH, Occupancy.FREE, age=60 * HOUR, scene_id="a"),
        a_look(BERTH, Occupancy.OCCUPIED, age=40 * HOUR, scene_id="b"),
        a_look(BERTH, Occupancy.FREE, age=14 * HOUR, scene_id="c"),
    ),
    findings=(
        a_finding(
            FindingKind.OCCUPIED_WITHOUT_AIS,
            subject=Subject(),
            place_id=BERTH,
            status=Status.CLOSED,
            basis=Basis.IMAGE,
            start_earliest=AS_OF - 60 * HOUR,
            start_latest=AS_OF - 40 * HOUR,
            end_earliest=AS_OF - 40 * HOUR,
            end_latest=AS_OF - 14 * HOUR,
        ),
    ),
)


def shade(view: MapView) -> Shade:
    """Return how the berth is drawn."""
    return next(p for p in berth_pictures(view) if p.berth.id == BERTH).shade


def test_a_berth_stands_as_it_did_when_an_image_was_taken() -> None:
    """Free, taken without AIS and free again; what came hours after each pass counts from it on."""
    then = {h: shade(view_at(STORY, AS_OF - h * HOUR)) for h in (61, 60, 41, 40, 15, 14)}
    assert then == {
        61: Shade.NOT_OBSERVED,
        60: Shade.FREE,
        41: Shade.FREE,
        40: Shade.OCCUPIED_WITHOUT_AIS,
        15: Shade.OCCUPIED_WITHOUT_AIS,
        14: Shade.FREE,
    }
    assert shade(STORY) is Shade.FREE


def test_what_is_not_known_yet_is_not_shown_of_the_past() -> None:
    """A look that had not reached us by the page's instant counts for no earlier one either."""
    early = replace(STORY, as_of=AS_OF - 38 * HOUR, findings=())
    assert shade(view_at(early, AS_OF - 40 * HOUR)) is Shade.FREE


def test_earlier_pictures_carry_their_berths_and_the_newest_the_pages() -> None:
    """The berths of the newest picture are those of the page."""
    view = replace(STORY, scenes=(a_scene(40 / 24), a_scene(14 / 24)))
    values = page_values(view)
    earlier, newest = values["scenes"]
    at = [b["name"] for b in values["berths"]].index(
        next(b.name for b in view.gazetteer.berths if b.id == BERTH)
    )
    assert earlier["then"]["at"] == "2025-01-19 02:00 UTC"
    assert earlier["then"]["berths"][at]["shade"] == "occupied without AIS"
    assert values["berths"][at]["shade"] == "free"
    assert "then" not in newest


def test_a_berth_is_told_with_since_when_why_and_its_last_looks() -> None:
    """The newest cells, oldest first, say both halves; what was not seen says why."""
    blind = a_look(
        BERTH, Occupancy.UNOBSERVED, age=5 * HOUR, delay=HOUR, scene_id="d", reason="cloud"
    )
    ais = AisHalf(says=AisSays.EMPTY, near=Heard(fed=4, hours=7))
    looks = [*STORY.berth_states, blind] * 6
    view = replace(
        STORY,
        berth_states=(*STORY.berth_states, blind),
        cells=tuple(BerthCell(image=s, ais=ais) for s in looks),
    )
    row = next(r for r in berth_rows(view) if r["id"] == BERTH)
    assert row["shade"] == "free"
    assert row["since"] == "since between 2025-01-19 02:00 and 2025-01-20 04:00 UTC"
    assert row["said"][-1] == "not seen on 2025-01-20 13:00 UTC (cloud)"
    assert len(row["cells"]) == CELLS_SHOWN
    assert row["cells"][-1] == [
        "not_observed",
        "2025-01-20 13:00 UTC, sentinel-1: not observed; AIS empty, image unobserved (cloud)",
    ]


def test_two_sources_that_tell_of_one_thing_stand_side_by_side_once() -> None:
    """One line for a departure by image and by AIS, one for an identity conflict."""
    beside = [{"id": "x", "basis": "ais", "interval": [None, None], "agrees": True}]
    image = a_finding(FindingKind.DEPARTED, basis=Basis.IMAGE, why={"beside": beside}, text="i")
    ais = a_finding(FindingKind.DEPARTED, why={"beside": beside}, text="a")
    mixed_up = a_finding(FindingKind.IDENTITY_CONFLICT, status=Status.CLOSED, text="c")
    gone = a_finding(FindingKind.IDENTITY_CONFLICT, status=Status.RETRACTED, text="r", anchor="2")
    view = replace(STORY, findings=(image, ais, mixed_up, gone))
    assert sorted(side_by_side(view)) == ["c", "i"]
