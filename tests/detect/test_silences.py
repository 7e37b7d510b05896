from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.detect.reception import FeedCriteria, coverage_of, feed_logs, listening_to
from monitor.detect.silences import SilenceCriteria, silence_counts, silences_in, spans_wanted
from monitor.detect.tracks import TrackCriteria, tracks_in
from monitor.domain.coverage import Coverage
from monitor.domain.finding import Finding, FindingKind, Severity, Status
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.window import to_ms
from tests.builders import INSIDE, OTHER, SEA, SPARTA, T0, WATCH, a_gazetteer, a_track, hours
from tests.detect.listening import FAR_SEA, a_feed

OTHERS = a_track(*((h, (35.5, 34.5), 5) for h in range(120)), mmsi=OTHER)


def silent(track: object, *, as_of_h: float, others: bool = True) -> list[object]:
    """Return the findings about silence."""
    rows = concat([track, OTHERS]) if others else track  # type: ignore[list-item]
    picture = compile_picture(
        Evidence(positions=rows),
        a_gazetteer(),
        WATCH,
        as_of=T0 + hours(as_of_h),
        criteria=Criteria(),
    )
    kinds = (FindingKind.NO_AIS_RECEIVED, FindingKind.AIS_RESUMED)
    return [f for f in picture.findings if f.kind in kinds]


@pytest.mark.parametrize(("gap_h", "found"), [(12.0, 0), (12.1, 2)])
def test_a_ship_is_silent_beyond_twelve_of_her_own_intervals(gap_h: float, found: int) -> None:
    """Hourly reports make twelve hours the threshold; its end is told as well."""
    track = a_track(*((h, SEA, 1) for h in range(10)), (9 + gap_h, SEA, 1))
    assert len(silent(track, as_of_h=9 + gap_h)) == found


def test_in_port_a_day_without_ais_is_usual() -> None:
    """Quays hide antennas: in port a silence begins after a day."""
    track = a_track(*((h, INSIDE, 0) for h in range(10)))
    assert not silent(track, as_of_h=9 + 24)
    assert len(silent(track, as_of_h=9 + 24.1)) == 1


def test_no_coverage_no_silence() -> None:
    """Where nobody else was heard either, the feed was down: nothing is said of the ship."""
    track = a_track(*((h, SEA, 1) for h in range(10)), (60, SEA, 1))
    assert silent(track, as_of_h=60)
    assert not silent(track, as_of_h=60, others=False)


def test_an_open_silence_closes_when_the_ship_is_heard() -> None:
    """The same silence has one id, open first and closed later."""
    before = a_track(*((h, SEA, 1) for h in range(10)))
    after = a_track(*((h, SEA, 1) for h in range(10)), (40, SEA, 1))
    (open_one,) = silent(before, as_of_h=39)
    closed = [f for f in silent(after, as_of_h=41) if f.kind == FindingKind.NO_AIS_RECEIVED]
    assert open_one.status is Status.OPEN
    assert [f.status for f in closed] == [Status.CLOSED]
    assert closed[0].id == open_one.id
    assert closed[0].end_latest == T0 + hours(40)
    assert "No AIS received" in closed[0].text


def test_learned_at_is_when_the_threshold_passed() -> None:
    """A silence is known when the threshold passes, whenever it is computed."""
    track = a_track(*((h, SEA, 1) for h in range(10)))
    for as_of in (30, 50):
        (found,) = silent(track, as_of_h=as_of)
        assert found.learned_at == T0 + hours(9) + timedelta(hours=12)


# The table in `monitor.detect.silences`, line by line. The ship reports hourly for ten hours, so
# that her silence is noteworthy twelve hours after hour 9.
SHIP = a_track(*((h, SEA, 1) for h in range(10)), source="feed")


def no_ais(rows: PositionColumns, *, as_of_h: float) -> list[Finding]:
    """Return the findings that no AIS was received."""
    return [f for f in silences_told(rows, as_of_h=as_of_h) if f.kind == "no_ais_received"]


def silences_told(rows: PositionColumns, *, as_of_h: float) -> list[Finding]:
    """Return all findings about silence of the ship, given everything received by then."""
    as_of = T0 + hours(as_of_h)
    known = rows.take(rows.received_ms <= to_ms(as_of))
    picture = compile_picture(
        Evidence(positions=known), a_gazetteer(), WATCH, as_of=as_of, criteria=Criteria()
    )
    return [f for f in picture.findings if f.kind in ("no_ais_received", "ais_resumed")]


@pytest.mark.parametrize(("count", "told"), [(12, 1), (11, 0)])
def test_others_near_her_must_be_heard_in_half_the_hours(count: int, told: int) -> None:
    """Half the hours until the threshold passed is enough; one less is not."""
    few = a_track((8, SEA, 1), (9, SEA, 1))  # so few reports make the threshold a day
    others = a_feed(9 + count, from_h=9, every_min=30), a_feed(60, from_h=33, every_min=30)
    assert len(no_ais(concat([few, *others]), as_of_h=33.5)) == told


def test_what_others_show_decides_how_sure_we_are() -> None:
    """Heard nearly always is high, heard half the time medium, by her own habit alone low."""
    always = concat([SHIP, a_feed(60)])
    half = concat([SHIP, a_feed(60, (9.5, 15))])
    alone = concat([SHIP, a_feed(60, place=FAR_SEA)])
    found = [no_ais(rows, as_of_h=40)[0] for rows in (always, half, alone)]
    assert [f.confidence for f in found] == ["high", "medium", "low"]
    assert "Others were heard within 80 km of there in 31 of 31 h." in found[0].text
    assert "others were heard in none of 31 h, so that water may not be covered" in found[2].text
    assert "she herself had been heard 10 times in the day before" in found[2].text


@pytest.mark.parametrize(("reports", "told"), [(5, 1), (4, 0)])
def test_off_shore_her_own_reports_must_show_reception(reports: int, told: int) -> None:
    """Where nobody else is heard, and she was heard but a few times, nothing is claimed."""
    ship = a_track(*((9 - i * 0.5, SEA, 1) for i in range(reports)), source="feed")
    rows = concat([ship, a_feed(80, place=FAR_SEA)])
    assert len(no_ais(rows, as_of_h=60)) == told


def test_silences_without_coverage_are_counted() -> None:
    """What is not claimed is not forgotten."""
    ship = a_track((8, SEA, 1), (9, SEA, 1))
    picture = compile_picture(
        Evidence(positions=concat([ship, a_feed(80, place=FAR_SEA)])),
        a_gazetteer(),
        WATCH,
        as_of=T0 + hours(60),
        criteria=Criteria(),
    )
    own = [s for s in picture.silences if s.mmsi == SPARTA]
    assert silence_counts(own) == {
        "silences": 0, "silences_void": 0, "silences_without_coverage": 1,
    }  # fmt: skip


def test_nothing_is_claimed_until_something_is_received_again() -> None:
    """The source may have died before the threshold passed: who hears nothing claims nothing."""
    rows = concat([SHIP, a_feed(20.9)])
    assert not no_ais(rows, as_of_h=30)
    again = concat([rows, a_feed(25, from_h=21.5)])
    (found,) = no_ais(again, as_of_h=30)
    assert found.learned_at == T0 + hours(21.5)


def test_a_silence_is_void_while_its_source_is_silent() -> None:
    """Told at 21 h; the source dies at 30 h: void; it speaks again at 34 h: open again."""
    rows = concat([SHIP, a_feed(60, (30, 34))])
    statuses = {h: no_ais(rows, as_of_h=h)[0].status for h in (29, 30.7, 30.8, 33, 34.5, 50)}
    assert statuses == {
        29: Status.OPEN, 30.7: Status.OPEN, 30.8: Status.VOID, 33: Status.VOID,
        34.5: Status.OPEN, 50: Status.OPEN,
    }  # fmt: skip
    ids = {no_ais(rows, as_of_h=h)[0].id for h in (29, 33, 50)}
    assert len(ids) == 1


def test_a_silence_stays_void_where_too_little_was_listened() -> None:
    """An outage longer than all the listening before and after it leaves nothing to claim."""
    rows = concat([SHIP, a_feed(120, (30, 70)), a_track((72, SEA, 1))])
    (found,) = no_ais(rows, as_of_h=71)
    assert found.status is Status.VOID
    assert "Void: our sources were silent for too much of that time to tell." in found.text
    (ended, *more) = silences_told(rows, as_of_h=80)
    assert not more  # her return from a silence that is not claimed is no news
    assert ended.status is Status.VOID
    assert ended.end_latest == T0 + hours(72)


def test_a_silence_closed_after_a_short_outage_is_a_silence() -> None:
    """Four hours lost of thirty change nothing."""
    rows = concat([SHIP, a_feed(60, (30, 34)), a_track((40, SEA, 1))])
    found = silences_told(rows, as_of_h=45)
    assert [(f.kind, f.status) for f in found] == [
        ("no_ais_received", Status.CLOSED), ("ais_resumed", Status.CLOSED),
    ]  # fmt: skip


def test_an_outage_makes_no_silence() -> None:
    """A ship last heard before the sources died is not said to be silent, then or after."""
    rows = concat([SHIP, a_feed(400, (9.2, 260)), a_track((261, SEA, 1), (262, SEA, 1))])
    for as_of_h in (12, 22, 60, 259, 260.2, 262.5, 270):
        assert not silences_told(rows, as_of_h=as_of_h), as_of_h


def test_a_second_source_that_hears_keeps_the_claim() -> None:
    """Void only where no source hears any more."""
    both = concat([SHIP, a_feed(60, (30, 60)), a_feed(60, source="second")])
    assert no_ais(both, as_of_h=40)[0].status is Status.OPEN
    elsewhere = concat([SHIP, a_feed(60, (30, 60)), a_feed(60, source="second", place=FAR_SEA)])
    assert no_ais(elsewhere, as_of_h=40)[0].status is Status.VOID


def test_a_late_report_takes_a_silence_back() -> None:
    """What arrives late shortens or removes a silence and makes no new one to tell."""
    late = a_track((16, SEA, 1), delay=hours(10))
    rows = concat([SHIP, a_feed(60), late, a_track((22, SEA, 1))])
    assert len(no_ais(rows, as_of_h=21.5)) == 1
    assert len(silences_told(rows, as_of_h=25)) == 2
    assert not silences_told(rows, as_of_h=26)


def test_the_clock_of_a_late_report_runs_from_its_arrival() -> None:
    """A source six hours behind does not make every ship silent."""
    ship = a_track(*((h, SEA, 1) for h in range(10)), delay=hours(6))
    rows = concat([ship, a_feed(60)])
    assert not no_ais(rows, as_of_h=9 + 6 + 12)
    assert len(no_ais(rows, as_of_h=9 + 6 + 12.1)) == 1


def test_a_silence_known_only_from_late_reports_is_not_an_alert() -> None:
    """An archive read in later has silences for the tables; none is worth a notice."""
    ship = a_track(*((h, SEA, 1) for h in range(10)), (30, SEA, 1))
    archive = positions_like(ship, received_h=50)
    found = silences_told(concat([archive, a_feed(60)]), as_of_h=51)
    assert {f.severity for f in found} == {Severity.INFO}
    assert {f.learned_at for f in found} == {T0 + hours(50)}


def positions_like(rows: PositionColumns, *, received_h: float) -> PositionColumns:
    """Return the same rows, all received at one instant."""
    at = np.full(len(rows), to_ms(T0 + hours(received_h)))
    return replace(rows, received_ms=at)


def test_a_ship_heard_once_is_not_silent() -> None:
    """One report shows no habit that could have been broken."""
    assert not no_ais(concat([a_track((0, SEA, 9)), a_feed(99)]), as_of_h=99)


def test_what_was_set_aside_was_received_all_the_same() -> None:
    """A report with a false place is no silence: somebody heard her."""
    jump = a_track((15, (40.0, 30.0), 1))
    rows = concat([SHIP, jump, a_track((21.5, SEA, 1)), a_feed(60)])
    assert not silences_told(rows, as_of_h=22)


def test_the_order_of_reports_changes_no_silence() -> None:
    """Any order, with repeats, gives the same findings."""
    rows = concat([SHIP, a_feed(60, (30, 34)), a_track((40, SEA, 1))])
    mixed = concat([rows, rows]).take(np.random.default_rng(5).permutation(2 * len(rows)))
    assert [f.to_json() for f in silences_told(rows, as_of_h=45)] == [
        f.to_json() for f in silences_told(mixed, as_of_h=45)
    ]


def test_spans_wanted_hold_every_cell_a_silence_asks_for() -> None:
    """Coverage of just these cells and hours gives the same silences as coverage of all."""
    rows = concat([SHIP, a_feed(60, (30, 34)), a_feed(60, place=FAR_SEA, source="far")])
    as_of, criteria = T0 + hours(45), SilenceCriteria()
    wanted = spans_wanted(SHIP, as_of=as_of, criteria=criteria)
    whole = coverage_of(rows)
    key = whole.cell * 10**7 + whole.hour
    asked = np.concatenate(
        [
            c * 10**7 + np.arange(a, b + 1)
            for c, a, b in zip(wanted.cell, wanted.first, wanted.last, strict=True)
        ]
    )
    keep = np.isin(key, asked) | (whole.feed < 0)
    part = Coverage(
        **{n: getattr(whole, n)[keep] for n in ("cell", "hour", "feed", "low_mmsi", "high_mmsi")},
        feeds=whole.feeds,
    )
    tracks = tracks_in(SHIP, criteria=TrackCriteria())
    one, two = (
        silences_in(
            tracks,
            (),
            listening_to(c, feed_logs(rows), as_of=as_of, criteria=FeedCriteria()),
            as_of=as_of,
            criteria=criteria,
        )
        for c in (whole, part)
    )
    assert one == two
    assert len(one) == 1
