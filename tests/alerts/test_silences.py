"""Silences hold for what happened in their time, whenever it is learned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.decide import News
from monitor.alerts.silences import Matcher, Silence, event_span, parsed, silence_for
from monitor.domain.finding import Basis, Evidence, Finding, FindingKind, Severity, Status, Subject

T = datetime(2025, 1, 25, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEFT = Finding(
    kind=FindingKind.DEPARTED,
    status=Status.CLOSED,
    severity=Severity.WARNING,
    subject=Subject(imo=9160994, mmsi=273394890, name="SPARTA II"),
    place_id="tartus.berth.b1",
    start_earliest=T + 5 * HOUR,
    start_latest=T + 6 * HOUR,
    end_earliest=None,
    end_latest=None,
    learned_at=T + 90 * HOUR,
    basis=Basis.IMAGE,
    confidence="high",
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("kind=arrived,departed", True),
        ("kind!=departed", False),
        ("place=tartus", True),
        ("place=tartus.berth.b", False),
        ("vessel=9160994", True),
        ("vessel=273394890", True),
        ("vessel!=1", True),
        ("severity=critical", False),
        ("basis=image", True),
        ("confidence=low", False),
        ("target=ops", True),
        (f"finding={LEFT.id[:6]}", True),
    ],
)
def test_a_matcher_holds_of_a_finding(text: str, holds: bool) -> None:
    """Each key is compared with what it names, and is written as it was read."""
    matcher = Matcher.parse(text)
    assert matcher.holds(LEFT, "ops") is holds
    assert Matcher.parse(str(matcher)) == matcher


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("arrived", "write key=value"),
        ("kind=", "write key=value"),
        ("kinds=arrived", "did you mean 'kind'"),
        ("kind=arrivd", "there are: arrived"),
        ("vessel=SPARTA II", "by IMO number or MMSI"),
    ],
)
def test_a_slip_is_explained(text: str, said: str) -> None:
    """A condition that would never hold is refused with the nearest that can."""
    with pytest.raises(ValueError, match=said):
        Matcher.parse(text)


def test_a_silence_needs_a_matcher() -> None:
    """Silence about everything is what stopping the monitor is for."""
    with pytest.raises(ValueError, match="silence everything"):
        parsed([])


@pytest.mark.parametrize(
    ("start", "end", "silent"),
    [(0, 24, True), (5, 7, True), (5, 6, False), (5.5, 24, False), (7, 200, False)],
)
def test_a_silence_covers_what_surely_happened_in_it(
    start: float, end: float, silent: bool
) -> None:
    """Between five and six: silenced by a window around both hours, however late it is learned."""
    silence = Silence(
        id="s",
        matchers=parsed(["kind=departed", "place=tartus"]),
        start=T + start * HOUR,
        end=T + end * HOUR,
        author="anna",
        comment="",
    )
    event = event_span(LEFT, News.NEW)
    assert (silence_for([silence], LEFT, "ops", event) is silence) is silent
    elsewhere = replace(LEFT, place_id="latakia")
    assert silence_for([silence], elsewhere, "ops", event) is None


def test_the_event_is_what_is_told() -> None:
    """Of an ending its end, of an update the last evidence, where nothing is known the learning."""
    seen = Evidence(kind="scene", ref="s", at=T + 7 * HOUR)
    wait = replace(LEFT, end_latest=T + 9 * HOUR, evidence=(seen,))
    assert event_span(wait, News.NEW) == (T + 5 * HOUR, T + 6 * HOUR)
    assert event_span(wait, News.CLOSED) == (T + 9 * HOUR, T + 9 * HOUR)
    assert event_span(wait, News.UPDATED) == (T + 7 * HOUR, T + 7 * HOUR)
    unknown = replace(LEFT, start_earliest=None, start_latest=None)
    assert event_span(unknown, News.NEW) == (LEFT.learned_at, LEFT.learned_at)
