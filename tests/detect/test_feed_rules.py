from __future__ import annotations

from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.domain.finding import Finding, FindingKind, Severity, Status, Subject
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.window import to_ms
from tests.builders import SEA, T0, WATCH, a_gazetteer, a_track, hours
from tests.detect.listening import FAR_SEA, a_feed


def told(
    rows: PositionColumns, *, as_of_h: float, expected: tuple[str, ...] = ("feed",)
) -> list[Finding]:
    """Return the findings about sources, given everything received by then."""
    as_of = T0 + hours(as_of_h)
    picture = compile_picture(
        Evidence(positions=rows.take(rows.received_ms <= to_ms(as_of)), feeds_expected=expected),
        a_gazetteer(),
        WATCH,
        as_of=as_of,
        criteria=Criteria(),
    )
    return [f for f in picture.findings if f.kind is FindingKind.FEED_SILENT]


def test_an_outage_is_one_finding_that_opens_and_closes() -> None:
    """However long it lasts, it is told once, with its start, its habit and what is held back."""
    rows = a_feed(60, (30, 40))
    assert not told(rows, as_of_h=30.7)
    seen = [told(rows, as_of_h=h) for h in (30.8, 35, 39.9, 41, 60)]
    assert [len(found) for found in seen] == [1] * 5
    assert len({found[0].id for found in seen}) == 1
    assert [f[0].status for f in seen] == [Status.OPEN] * 3 + [Status.CLOSED] * 2
    opened, closed = seen[0][0], seen[-1][0]
    assert opened.subject == Subject()
    assert opened.place_id is None
    assert opened.start_earliest == T0 + hours(30 - 5 / 60)
    assert opened.learned_at == T0 + hours(30.75)
    assert closed.learned_at == opened.learned_at
    assert closed.end_earliest == T0 + hours(40)
    assert opened.severity is Severity.WARNING
    assert "usually something comes every 5 min" in opened.text
    assert "no ship's silence is claimed from it" in opened.text


def test_two_sources_are_two_outages() -> None:
    """Each source has its own; while another one works it is less grave."""
    rows = concat([a_feed(60, (30, 40)), a_feed(60, (30, 35), source="second", place=FAR_SEA)])
    found = told(rows, as_of_h=60, expected=("feed", "second"))
    assert len({f.id for f in found}) == 2
    assert [f.why["source"] for f in sorted(found, key=lambda f: f.why["source"])] == [
        "feed",
        "second",
    ]
    (one,) = told(concat([a_feed(60, (30, 40)), a_feed(60, source="b")]), as_of_h=60)
    assert one.severity is Severity.NOTICE
    assert "only where another source hears" in one.text


def test_a_source_nobody_counts_on_may_fall_silent() -> None:
    """An archive that was read in is not a feed that died."""
    assert not told(a_feed(30), as_of_h=90, expected=())


def test_an_outage_says_how_many_silences_are_void() -> None:
    """A silence told before the outage is held back by it."""
    ship = a_track(*((h, SEA, 1) for h in range(10)), source="feed")
    (found,) = told(concat([ship, a_feed(60, (30, 50))]), as_of_h=45)
    assert found.why["silences_void"] == 1
