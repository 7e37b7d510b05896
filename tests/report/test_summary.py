"""What a page says: berths as of an instant, sentences, and text that cannot mislead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from port_story import AS_OF, SPARTA, SPARTA_II, a_finding, a_look, a_track, tartus, the_story

from monitor.domain.berth_state import Occupancy
from monitor.domain.finding import Basis, Finding, FindingKind, Status, Subject
from monitor.domain.positions import no_positions
from monitor.domain.vessel import Identity
from monitor.errors import ConfigError
from monitor.report.headline import headline
from monitor.report.summary import (
    BerthPicture,
    MapView,
    Shade,
    TrackView,
    berth_pictures,
    how_known,
    latest_states,
    newest_first,
)
from monitor.report.words import age_text, local_text, plain, span_text

BERTH = "tartus.berth.b1_s.2"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def picture_of(view: MapView, berth_id: str = BERTH) -> BerthPicture:
    """Return one berth's picture."""
    return next(p for p in berth_pictures(view) if p.berth.id == berth_id)


def a_view(**changes: object) -> MapView:
    """Return an empty view of Tartus with some fields set."""
    values: dict[str, object] = {"title": "Port of Tartus", "as_of": AS_OF, "gazetteer": tartus()}
    return MapView(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("SPARTA II", "SPARTA II"),
        ("two\nlines\tand tab", "two lines and tab"),
        ("NUL\0 and ESC\x1b", "NUL\ufffd and ESC\ufffd"),
        ("\u202eATRAPS\u2069", "\ufffdATRAPS\ufffd"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("سبارتا Спарта", "سبارتا Спарта"),
        ("</SCRIPT>&\"'`${1}", "</SCRIPT>&\"'`${1}"),
    ],
)
def test_outside_text_is_shown_plainly(outside: str, shown: str) -> None:
    """Control and direction characters become visible marks; letters and markup stay."""
    assert plain(outside) == shown


def test_the_newest_usable_look_counts_and_a_later_blind_one_is_kept_beside_it() -> None:
    """A look that could not be judged never replaces the last one that could."""
    free = a_look(BERTH, Occupancy.FREE, age=3 * DAY, scene_id="a")
    taken = a_look(BERTH, Occupancy.OCCUPIED, age=2 * DAY, scene_id="b")
    blind = a_look(BERTH, Occupancy.UNOBSERVED, age=DAY, scene_id="c")
    for order in ([free, taken, blind], [blind, taken, free]):
        (look,) = latest_states(order, as_of=AS_OF)
        assert (look.usable, look.unusable, look.age) == (taken, blind, 2 * DAY)
    (look,) = latest_states([taken, a_look(BERTH, Occupancy.UNOBSERVED, age=5 * DAY)], as_of=AS_OF)
    assert look.unusable is None


@pytest.mark.parametrize(("delay", "known"), [(HOUR, True), (HOUR + timedelta(seconds=1), False)])
def test_a_scene_counts_from_when_it_could_be_had(delay: timedelta, known: bool) -> None:
    """A replay does not know a scene before it was available."""
    looks = latest_states([a_look(BERTH, Occupancy.FREE, age=HOUR, delay=delay)], as_of=AS_OF)
    assert bool(looks) is known


@pytest.mark.parametrize(
    ("state", "shade"),
    [
        (Occupancy.OCCUPIED, Shade.OCCUPIED),
        (Occupancy.FREE, Shade.FREE),
        (Occupancy.UNOBSERVED, Shade.NOT_OBSERVED),
    ],
)
def test_an_image_colours_its_berth(state: Occupancy, shade: Shade) -> None:
    """Each honest answer has its own shade."""
    assert picture_of(a_view(berth_states=(a_look(BERTH, state),))).shade is shade


@pytest.mark.parametrize(
    ("age", "shade"),
    [(7 * DAY, Shade.FREE), (7 * DAY + timedelta(seconds=1), Shade.NOT_OBSERVED)],
)
def test_an_old_look_is_no_longer_a_state(age: timedelta, shade: Shade) -> None:
    """A berth last seen free longer ago than the limit is drawn as not observed."""
    assert picture_of(a_view(berth_states=(a_look(BERTH, Occupancy.FREE, age=age),))).shade is shade


def test_a_berth_without_any_look_is_not_observed() -> None:
    """No image means not observed, never free."""
    assert {p.shade for p in berth_pictures(a_view())} == {Shade.NOT_OBSERVED}


@pytest.mark.parametrize(
    ("status", "shade"),
    [
        (Status.OPEN, Shade.OCCUPIED_WITHOUT_AIS),
        (Status.CLOSED, Shade.OCCUPIED),
        (Status.RETRACTED, Shade.OCCUPIED),
    ],
)
def test_only_an_open_finding_calls_a_berth_dark(status: Status, shade: Shade) -> None:
    """A berth is occupied without AIS while the finding that says so is open."""
    dark = a_finding(FindingKind.OCCUPIED_WITHOUT_AIS, place_id=BERTH, status=status)
    view = a_view(berth_states=(a_look(BERTH, Occupancy.OCCUPIED),), findings=(dark,))
    assert picture_of(view).shade is shade


def a_berthing(**changes: object) -> Finding:
    """Return SPARTA coming alongside three days ago: an instant, so closed."""
    return a_finding(FindingKind.BERTHED, place_id=BERTH, status=Status.CLOSED, **changes)


def heard(hours_ago: float) -> TrackView:
    """Return SPARTA, last received alongside so long ago."""
    return TrackView(identity=SPARTA, positions=a_track((hours_ago, 35.87, 34.91)))


@pytest.mark.parametrize(
    ("hours_ago", "shade"), [(13, Shade.OCCUPIED), (14, Shade.OCCUPIED), (15, Shade.FREE)]
)
def test_the_newer_of_image_and_ais_decides(hours_ago: float, shade: Shade) -> None:
    """A ship heard alongside after an image called its berth free is there; heard before, not."""
    view = a_view(
        berth_states=(a_look(BERTH, Occupancy.FREE),),
        findings=(a_berthing(),),
        tracks=(heard(hours_ago),),
    )
    picture = picture_of(view)
    assert picture.shade is shade
    by_ais, by_image = how_known(picture)
    assert "SPARTA by AIS since 2025-01-17 19:00 UTC" in by_ais
    assert "seen free in sentinel-1 of 2025-01-20 04:00 UTC, 14 h before" in by_image


@pytest.mark.parametrize(
    ("hours_ago", "shade"), [(24 * 7, Shade.OCCUPIED), (24 * 7 + 1, Shade.NOT_OBSERVED)]
)
def test_a_ship_long_unheard_no_longer_takes_its_berth(hours_ago: float, shade: Shade) -> None:
    """AIS grows stale as images do."""
    berthing = a_berthing(start_earliest=None, start_latest=AS_OF - 9 * DAY)
    view = a_view(findings=(berthing,), tracks=(heard(hours_ago),))
    assert picture_of(view).shade is shade


@pytest.mark.parametrize(
    ("kind", "shade"),
    [
        (FindingKind.UNBERTHED, Shade.NOT_OBSERVED),
        (FindingKind.DEPARTED, Shade.NOT_OBSERVED),
        (FindingKind.NO_AIS_RECEIVED, Shade.OCCUPIED),
    ],
)
def test_a_ship_lies_at_its_berth_until_it_moves(kind: FindingKind, shade: Shade) -> None:
    """The next movement ends a stay; a silence does not."""
    later = a_finding(kind, place_id=BERTH, start_latest=AS_OF - DAY)
    view = a_view(findings=(later, a_berthing()), tracks=(heard(1),))
    assert picture_of(view).shade is shade


def test_a_dark_hull_stays_dark_while_newer_images_show_it() -> None:
    """A hull first seen twenty days ago and again yesterday is occupied without AIS."""
    dark = a_finding(
        FindingKind.OCCUPIED_WITHOUT_AIS,
        subject=Subject(),
        place_id=BERTH,
        start_earliest=None,
        start_latest=AS_OF - 20 * DAY,
    )
    assert picture_of(a_view(findings=(dark,))).shade is Shade.NOT_OBSERVED
    seen = a_view(findings=(dark,), berth_states=(a_look(BERTH, Occupancy.OCCUPIED),))
    assert picture_of(seen).shade is Shade.OCCUPIED_WITHOUT_AIS


def test_the_headline_tells_each_watched_ship_and_the_key_berths() -> None:
    """Two ships wait outside, one of them silent; the naval basin is counted by state."""
    made_up, sparta, sparta_ii, basin, dark = headline(the_story())
    assert made_up.startswith("Reconstruction: ")
    assert sparta.startswith("SPARTA: outside, waiting in Inner waiting sector")
    assert "since 2025-01-17 19:00 UTC or up to 1 h before (day 3)" in sparta
    assert "AIS, high confidence" in sparta
    assert "nmi from the port" in sparta
    assert sparta_ii.endswith("no AIS received since 2025-01-19 14:40 UTC.")
    assert basin == "Naval basin: 10 berths, 1 occupied without AIS, 8 free, 1 not observed."
    assert "slot 1/2: occupied without AIS; seen occupied" in dark


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (FindingKind.BERTHED, Status.CLOSED, "in port, at Mole 2 north side, slot 2/3 since"),
        (FindingKind.ARRIVED, Status.CLOSED, "in port since"),
        (FindingKind.UNBERTHED, Status.CLOSED, "left Mole 2 north side, slot 2/3 between"),
        (FindingKind.WAITING, Status.OPEN, "outside, waiting in Mole 2 north side, slot 2/3 since"),
        (FindingKind.DEPARTED, Status.CLOSED, "away, left port between"),
        (
            FindingKind.WAITING,
            Status.CLOSED,
            "no longer waiting in Mole 2 north side, slot 2/3, left",
        ),
        (FindingKind.WAITING, Status.RETRACTED, "nothing found about it in port"),
    ],
)
def test_a_ship_is_where_its_latest_finding_puts_it(
    kind: FindingKind, status: Status, words: str
) -> None:
    """The headline says in, outside or away, and a retracted claim says nothing."""
    track = TrackView(identity=SPARTA, positions=no_positions())
    older = a_finding(FindingKind.WAITING, start_latest=AS_OF - 9 * DAY, status=Status.RETRACTED)
    finding = a_finding(kind, status=status, place_id=BERTH)
    line = headline(a_view(tracks=(track,), findings=(finding, older)))[0]
    assert words in line
    assert "no AIS received in the time looked at" in line


def test_a_ship_is_known_by_imo_number_before_mmsi() -> None:
    """A finding about another hull that used the same MMSI is not about this ship."""
    other = a_finding(subject=Subject(imo=9160994, mmsi=SPARTA.mmsi, name="SPARTA"))
    track = TrackView(identity=SPARTA, positions=a_track((1, 35.8642, 34.9085)))
    line = headline(a_view(tracks=(track,), findings=(other,)))[0]
    assert "nothing found about it" in line
    assert "inside the port" in line
    unnamed = Identity(mmsi=SPARTA.mmsi, watched=True)
    by_mmsi = headline(a_view(tracks=(replace(track, identity=unnamed),)))
    assert by_mmsi[0].startswith(f"MMSI {SPARTA.mmsi}: ")


def test_ships_never_received_share_one_line() -> None:
    """A long watch list does not bury the ships that were heard."""
    unheard = tuple(TrackView(identity=i, positions=no_positions()) for i in (SPARTA_II, SPARTA))
    line, _ = headline(a_view(tracks=unheard))
    assert line == "No AIS received in the time looked at: SPARTA, SPARTA II."


def test_a_ship_with_two_numbers_is_told_of_once() -> None:
    """Of two MMSIs of one hull the one heard last speaks for it."""
    other = replace(heard(2), identity=replace(SPARTA, mmsi=273000000))
    lines = headline(a_view(tracks=(heard(5), other)))
    assert [line.split(":")[0] for line in lines] == ["SPARTA", "All berths"]
    assert "2025-01-20 16:00 UTC" in lines[0]


def test_findings_are_listed_newest_first_in_any_order_of_input() -> None:
    """The list depends on what the findings claim and not on how they were stored."""
    findings = the_story().findings
    assert newest_first(findings) == newest_first(reversed(findings))
    assert newest_first(findings)[0].basis is Basis.IMAGE


def test_spans_say_which_edge_is_known() -> None:
    """An interval is told as far as it was seen."""
    assert span_text(AS_OF - HOUR, AS_OF) == "between 2025-01-20 17:00 and 2025-01-20 18:00 UTC"
    assert span_text(AS_OF, AS_OF) == "2025-01-20 18:00 UTC"
    assert span_text(None, AS_OF) == "by 2025-01-20 18:00 UTC"
    assert span_text(AS_OF, None) == "after 2025-01-20 18:00 UTC"
    assert span_text(None, None) == "at an unknown time"


def test_local_time_names_its_zone_and_another_day() -> None:
    """Local time carries the date only where it differs; an unknown zone is the settings' fault."""
    assert local_text(AS_OF, "Asia/Damascus") == "21:00 Asia/Damascus (UTC+03:00)"
    assert local_text(AS_OF + 4 * HOUR, "Asia/Damascus").startswith("2025-01-21 01:00")
    with pytest.raises(ConfigError, match="Asia/Damascas"):
        local_text(AS_OF, "Asia/Damascas")


@pytest.mark.parametrize(
    ("age", "text"), [(0 * DAY, "0 min"), (DAY, "1 d"), (26 * HOUR, "1 d 2 h"), (HOUR, "1 h")]
)
def test_ages_are_short(age: timedelta, text: str) -> None:
    """A duration keeps its two largest units."""
    assert age_text(age) == text


@pytest.mark.parametrize(
    ("left", "says"),
    [(0, "these times can all be true"), (2, "these times contradict each other")],
)
def test_two_departures_say_whether_both_can_be_true(left: int, says: str) -> None:
    """By AIS and by image, side by side: times that lie apart never read as consistent."""
    at = AS_OF - timedelta(days=4)
    by_ais = a_finding(FindingKind.DEPARTED, start_earliest=at - timedelta(days=1), start_latest=at)
    first = at - timedelta(hours=12) + timedelta(days=left)
    by_image = replace(
        by_ais, basis=Basis.IMAGE, start_earliest=first, start_latest=first + timedelta(days=1)
    )
    line = headline(a_view(tracks=(heard(5),), findings=(by_ais, by_image)))[0]
    assert line.count("away, left port") == 2
    assert says in line
