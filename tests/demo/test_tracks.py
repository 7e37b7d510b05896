"""The reconstruction tells the published story, and nothing in it could be taken for real AIS."""

from __future__ import annotations

import csv
import itertools
import re
from datetime import timedelta

import numpy as np
import pytest
import shapely

from monitor.demo.generate import Generator
from monitor.demo.story import CALLS, STORY, berthed_at
from monitor.domain.geo import KNOT_MS, distance_m
from monitor.domain.place import PlaceKind
from monitor.domain.tally import Tally
from monitor.domain.vessel import imo_is_valid
from monitor.sources.ais.files import read_ais_file
from tests.conftest import shared
from tests.demo.conftest import STORY as FOLDER
from tests.demo.conftest import Rows, at

WATCHED = {"SPARTA": (273351920, 9268710), "SPARTA II": (273394890, 9160994)}


def test_the_committed_file_is_what_the_generator_makes(maker: Generator) -> None:
    """The same seed gives the same AIS file, to the byte."""
    committed = (FOLDER / "ais" / "reconstruction.csv").read_text(encoding="utf-8")
    assert maker.ais_csv() == committed
    assert len(committed) < 1_200_000


def test_the_reader_takes_every_row(rows: Rows) -> None:
    """No row of the file is rejected by the monitor's own reader."""
    tally = Tally()
    batches = list(read_ais_file(FOLDER / "ais" / "reconstruction.csv", tally=tally))
    assert not tally.rejected
    assert sum(len(b.positions) for b in batches) == len(rows.all)


def test_every_row_says_what_it_is(rows: Rows) -> None:
    """Each row is labelled a reconstruction, with its events or as background."""
    label = re.compile(r"reconstruction:(background|E\d{3}(-E\d{3})?)")
    assert all(label.fullmatch(s) for s in rows.all["Source"])
    background = rows.all["VesselName"].str.startswith("BACKGROUND ")
    assert (background == (rows.all["Source"] == "reconstruction:background")).all()
    assert rows.all.loc[background, "IMO"].isna().all()
    assert (rows.all.loc[background, "MMSI"] % 1_000_000 // 100 == 9999).all()


@pytest.mark.parametrize("name", WATCHED)
def test_watched_ships_carry_their_published_numbers(rows: Rows, name: str) -> None:
    """SPARTA and SPARTA II report the watch list's MMSI and IMO number."""
    mmsi, imo = WATCHED[name]
    assert imo_is_valid(imo)
    assert set(rows.of(name)["MMSI"]) == {mmsi}
    assert set(rows.of(name)["IMO"]) == {f"IMO{imo}"}


def test_rows_arrive_after_they_were_sent(rows: Rows) -> None:
    """Every row is received between three minutes and an hour after its event."""
    delay = rows.all["received"] - rows.all["at"]
    assert delay.min() >= timedelta(minutes=3)
    assert delay.max() <= timedelta(hours=1)


def test_no_ship_moves_faster_than_ships_do(rows: Rows) -> None:
    """No two successive reports imply more than 25 knots."""
    for ship in rows.ships.values():
        lon, lat = ship["LON"].to_numpy(), ship["LAT"].to_numpy()
        seconds = ship["at"].diff().dt.total_seconds().to_numpy()[1:]
        assert (seconds > 0).all()
        metres = distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        assert (metres / seconds / KNOT_MS).max() < 25


def test_no_ship_is_on_land(rows: Rows, maker: Generator) -> None:
    """No report lies on the port's land, its moles or its breakwaters."""
    for land in maker.harbour.areas.of_kind(PlaceKind.LAND):
        shapely.prepare(land.geometry)
        assert not shapely.contains_xy(land.geometry, rows.all["LON"], rows.all["LAT"]).any()


def test_a_way_into_port_crosses_no_land(rows: Rows, maker: Generator) -> None:
    """The lines between a watched ship's reports in the harbour cross no land either."""
    solid = maker.harbour.near_land
    for name, start in (("SPARTA II", "2025-01-21T16:55"), ("SPARTA", "2025-01-21T23:40")):
        ship = rows.of(name)
        ship = ship[(ship["at"] >= at(start)) & (ship["at"] < at("2025-01-23"))]
        x, y = maker.harbour.frame.xy(ship["LON"], ship["LAT"])
        assert not shapely.LineString(np.column_stack([x, y])).intersects(solid)


@pytest.mark.parametrize(
    ("name", "gaps"),
    [
        (
            "SPARTA",
            [
                ("2024-12-29T16:19:00Z", "2025-01-02T13:13:00Z"),
                ("2025-01-22T01:01:00Z", "2025-02-04T07:20:00Z"),
                ("2025-02-04T09:05:00Z", "2025-02-05T18:05:00Z"),
                ("2025-02-05T19:41:00Z", "2025-02-09T04:35:00Z"),
            ],
        ),
        (
            "SPARTA II",
            [
                ("2025-01-21T17:50:00Z", "2025-01-28T05:34:00Z"),
                ("2025-01-28T06:27:00Z", "2025-02-05T18:20:00Z"),
                ("2025-02-05T19:48:00Z", "2025-02-09T04:50:00Z"),
            ],
        ),
        ("URSA MAJOR", []),
    ],
)
def test_silences_are_the_published_ones(
    rows: Rows, name: str, gaps: list[tuple[str, str]]
) -> None:
    """Beyond eight hours a watched ship is silent only where the story says so."""
    times = list(rows.of(name)["at"])
    long = [(a, b) for a, b in itertools.pairwise(times) if b - a > timedelta(hours=8)]
    assert long == [(at(a), at(b)) for a, b in gaps]


def test_sparta_reports_every_hour_and_a_half_at_sea(rows: Rows) -> None:
    """The usual spacing of SPARTA's reports is one to three hours, so that a gap can stand out."""
    ship = rows.of("SPARTA")
    spacing = ship[ship["at"] < at("2025-01-21")]["at"].diff().dropna()
    assert timedelta(hours=1.2) < spacing.median() < timedelta(hours=1.8)


def test_ursa_major_is_last_heard_when_published(rows: Rows) -> None:
    """URSA MAJOR's last report is that of 23 December 22:04, at a handful of rows."""
    ship = rows.of("URSA MAJOR")
    assert ship["at"].iloc[-1] == at("2024-12-23T22:04")
    assert len(ship) < 40


@pytest.mark.parametrize(
    ("name", "when", "sog_kn", "cog_deg"),
    [
        ("SPARTA", "2024-12-28T10:55", 6.0, None),
        ("SPARTA", "2025-01-02T13:13", 10.0, 90.0),
        ("SPARTA II", "2025-01-28T05:34", 12.0, 269.0),
    ],
)
def test_published_positions_keep_speed_and_course(
    rows: Rows, name: str, when: str, sog_kn: float, cog_deg: float | None
) -> None:
    """A fix whose speed and course were published has them, to half a knot and a degree."""
    fix = rows.of(name).set_index("at").loc[at(when)]
    assert fix["SOG"] == pytest.approx(sog_kn, abs=0.6)
    if cog_deg is not None:
        assert fix["COG"] == pytest.approx(cog_deg, abs=1)
        assert fix["Heading"] == pytest.approx(cog_deg, abs=1)


def _inside(rows: Rows, maker: Generator, name: str, *place_ids: str) -> np.ndarray:
    ship = rows.of(name)
    areas = [maker.harbour.areas.places[place_id].geometry for place_id in place_ids]
    return np.any([shapely.contains_xy(a, ship["LON"], ship["LAT"]) for a in areas], axis=0)


@pytest.mark.parametrize(
    ("name", "from_", "to", "days"),
    [
        ("SPARTA", "2025-01-05T06:00", "2025-01-21T23:02", (16, 17)),
        ("SPARTA II", "2025-01-11T12:00", "2025-01-21T16:40", (8, 13)),
    ],
)
def test_the_wait_is_unbroken_and_as_long_as_published(
    rows: Rows, maker: Generator, name: str, from_: str, to: str, days: tuple[int, int]
) -> None:
    """Every report from arrival to the night of entry lies in a waiting area."""
    times = rows.of(name)["at"]
    waiting = _inside(rows, maker, name, "tartus.waiting.inner", "tartus.waiting.outer")
    assert (waiting == ((times >= at(from_)) & (times < at(to)))).all()
    assert times[waiting].iloc[0] == at(from_)
    assert timedelta(days=days[0]) < at(to) - at(from_) < timedelta(days=days[1])


def test_sparta_goes_beyond_twelve_miles_and_comes_back(rows: Rows) -> None:
    """On 8 January SPARTA lies 15.6 nautical miles off; before and after, about five."""
    ship = rows.of("SPARTA").set_index("at").sort_index()
    nm = distance_m(ship["LON"], ship["LAT"], 35.8569, 34.9099) / 1852
    nm = type(ship["LON"])(nm, index=ship.index)
    assert nm["2025-01-08 08:00":"2025-01-08 09:00"].iloc[0] == pytest.approx(15.6, abs=0.8)
    for day in ("2025-01-06", "2025-01-17"):
        assert nm[day].median() == pytest.approx(5.2, abs=0.8)


@pytest.mark.parametrize(
    ("name", "entered"), [("SPARTA II", "2025-01-21T17:35"), ("SPARTA", "2025-01-22T00:30")]
)
def test_the_entry_is_seen_from_both_sides(
    rows: Rows, maker: Generator, name: str, entered: str
) -> None:
    """The first report in the harbour is the published one; the one before lies just outside."""
    times = list(rows.of(name)["at"])
    inside = np.flatnonzero(_inside(rows, maker, name, "tartus.harbour"))
    assert times[inside[0]] == at(entered)
    assert at(entered) - times[inside[0] - 1] <= timedelta(minutes=10)
    assert (np.diff(inside) == 1).all()


def test_sparta_ii_falls_silent_off_her_berth(rows: Rows, maker: Generator) -> None:
    """The last report of 21 January is slow and 60 to 120 m from berth naval_s_w.1."""
    ship = rows.of("SPARTA II")
    last = ship[ship["at"] < at("2025-01-22")].iloc[-1]
    x, y = maker.harbour.frame.xy(last["LON"], last["LAT"])
    berth = maker.harbour.shape("tartus.berth.naval_s_w.1")
    assert 60 <= berth.distance(shapely.Point(float(x), float(y))) <= 120
    assert last["SOG"] <= 1.2


@pytest.mark.parametrize(
    ("start", "end"), [("2024-12-01", "2025-02-11"), ("2024-12-29T16:00", "2025-01-02T14:00")]
)
def test_the_feed_was_up(rows: Rows, start: str, end: str) -> None:
    """Background ships are heard in at least 85 % of the hours, SPARTA's gap included."""
    others = rows.all[rows.all["Source"] == "reconstruction:background"]["at"]
    hours = {int(t.timestamp() // 3600) for t in others}
    span = range(int(at(start).timestamp() // 3600), int(at(end).timestamp() // 3600))
    assert sum(h in hours for h in span) / len(span) >= 0.85


def test_no_merchant_calls_after_the_fall(rows: Rows, maker: Generator) -> None:
    """No ship is in the harbour, enters or leaves from 9 to 12 December."""
    days = rows.all[(rows.all["at"] >= at("2024-12-09")) & (rows.all["at"] < at("2024-12-13"))]
    harbour = maker.harbour.areas.places["tartus.harbour"].geometry
    assert not shapely.contains_xy(harbour, days["LON"], days["LAT"]).any()


def test_ships_lie_by_ais_where_scenes_draw_them(rows: Rows, maker: Generator) -> None:
    """During a commercial call all reports are moored and within 25 m of the drawn hull."""
    for call in CALLS:
        ship = rows.of(call.hull.name)
        end = min(call.left_at, STORY.end)
        stay = ship[(ship["at"] >= call.berthed_at) & (ship["at"] < end)]
        assert len(stay) >= (end - call.berthed_at) / timedelta(hours=3.6)
        hull = maker.harbour.hull_at(call.berth_id, call.hull.length_m, call.hull.beam_m)
        x, y = maker.harbour.frame.xy(stay["LON"], stay["LAT"])
        assert shapely.dwithin(shapely.points(x, y), hull.centroid, 25).all()
        assert (stay["Status"].iloc[1:] == 5).all()


def test_no_two_ships_share_a_berth() -> None:
    """At no hour of the story does a berth hold two ships."""
    hours = int((STORY.end - STORY.start) / timedelta(hours=1))
    for hour in range(hours):
        berths = [s.berth_id for s in berthed_at(STORY.start + timedelta(hours=hour))]
        assert len(berths) == len(set(berths))


def test_labels_name_events_of_the_timeline(rows: Rows) -> None:
    """Every event id used as a source is a row of the published timeline."""
    with shared("facts", "timeline.csv").open(encoding="utf-8") as lines:
        known = {row["event_id"] for row in csv.DictReader(lines)}
    used = {i for s in rows.all["Source"].unique() for i in re.findall(r"E\d{3}", s)}
    assert used
    assert used <= known
