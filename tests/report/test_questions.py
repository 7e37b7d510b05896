"""What `status`, `who` and `history` answer: what holds, since when, and what was not seen."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from port_story import AS_OF, SPARTA, SPARTA_II, a_finding, a_look, a_track, tartus

from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.berth_state import BerthState, Occupancy
from monitor.domain.finding import Basis, Finding, FindingKind, Status, Subject
from monitor.domain.scene import Modality
from monitor.domain.vessel import Identity, MmsiClaim, Register, WatchedVessel, WatchList
from monitor.domain.visit import Fix, Visit
from monitor.domain.window import OPEN_EDGE, to_ms
from monitor.report.aprons import ApronStatus, apron_statuses, said_of
from monitor.report.ship_history import known_ships, ship_events
from monitor.report.status import BerthStatus, ShipStatus, berth_statuses, ship_statuses
from monitor.report.summary import MapView, Shade, TrackView
from monitor.report.who import WhoAnswer, who_lay_at

BERTH = "tartus.berth.b1_s.2"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REGISTER = Register(identities={SPARTA.mmsi: SPARTA, SPARTA_II.mmsi: SPARTA_II})


def a_view(*findings: Finding, looks: tuple[BerthState, ...] = ()) -> MapView:
    """Return SPARTA heard an hour ago inside the port, SPARTA II never."""
    return MapView(
        title="Port of Tartus",
        as_of=AS_OF,
        gazetteer=tartus(),
        tracks=(
            TrackView(identity=SPARTA, positions=a_track((1.0, 35.866, 34.906))),
            TrackView(identity=SPARTA_II, positions=a_track((0.0, 35.0, 34.0)).take(slice(0, 0))),
        ),
        findings=findings,
        berth_states=looks,
    )


def sparta(*findings: Finding) -> ShipStatus:
    """Return SPARTA's status."""
    return ship_statuses(a_view(*findings))[0]


def berth(*looks: BerthState, findings: tuple[Finding, ...] = ()) -> BerthStatus:
    """Return the berth's status."""
    return next(b for b in berth_statuses(a_view(*findings, looks=looks)) if b.berth_id == BERTH)


@pytest.mark.parametrize(
    ("finding", "where"),
    [
        (a_finding(), "outside, waiting"),
        (
            a_finding(status=Status.CLOSED, end_earliest=AS_OF, end_latest=AS_OF),
            "no longer waiting",
        ),
        (a_finding(FindingKind.ARRIVED), "in port"),
        (a_finding(FindingKind.BERTHED), "at a berth"),
        (a_finding(FindingKind.UNBERTHED), "in port, left berth"),
        (a_finding(FindingKind.DEPARTED), "away"),
        (a_finding(FindingKind.FIRST_VISIT), "not told"),
        (a_finding(FindingKind.ARRIVED, status=Status.RETRACTED), "not told"),
    ],
)
def test_a_ship_is_where_her_latest_movement_left_her(finding: Finding, where: str) -> None:
    """Only movements say where she is; a retracted one says nothing."""
    assert sparta(finding).where == where


def test_a_ship_never_received_is_told_as_such() -> None:
    """A watched ship without a report is in the list, with no place and no instant."""
    unheard = ship_statuses(a_view())[1]
    assert (unheard.where, unheard.last_heard, unheard.last_heard_nm) == (
        "not received",
        None,
        None,
    )
    assert unheard.since.earliest is None
    assert unheard.since.latest is None


def test_a_departure_by_image_stands_beside_the_one_by_ais() -> None:
    """Two sensors tell of one leaving: the later is the status, the other is not dropped."""
    by_image = a_finding(FindingKind.DEPARTED, basis=Basis.IMAGE)
    by_ais = a_finding(FindingKind.DEPARTED, start_latest=AS_OF - DAY)
    status = sparta(by_image, by_ais)
    assert status.finding == by_ais
    assert status.also == (by_image,)
    assert status.to_dict()["beside"] == [by_image.id]


def test_an_open_silence_and_a_fit_are_part_of_the_status() -> None:
    """Her silence and the berths at which she fits a vessel without AIS are told."""
    silence = a_finding(FindingKind.NO_AIS_RECEIVED)
    dark = a_finding(
        FindingKind.OCCUPIED_WITHOUT_AIS,
        subject=Subject(),
        place_id=BERTH,
        basis=Basis.IMAGE,
        why={"candidates": [{"imo": SPARTA.imo, "mmsi": SPARTA.mmsi, "name": "SPARTA"}]},
    )
    status = sparta(silence, dark)
    assert status.silent == silence
    assert status.fits == (dark,)
    assert ship_statuses(a_view(silence, dark))[1].fits == ()


def test_a_berth_is_as_it_is_since_the_look_that_first_showed_it() -> None:
    """Since: between the last look that showed it otherwise and the first that shows it so."""
    looks = (
        a_look(BERTH, Occupancy.FREE, age=4 * DAY, scene_id="a"),
        a_look(BERTH, Occupancy.OCCUPIED, age=3 * DAY, scene_id="b"),
        a_look(BERTH, Occupancy.OCCUPIED, age=2 * DAY, scene_id="c"),
        a_look(BERTH, Occupancy.UNOBSERVED, age=1 * DAY, scene_id="d", reason="rough sea"),
    )
    status = berth(*looks)
    assert status.state is Shade.OCCUPIED
    assert (status.since.earliest, status.since.latest) == (AS_OF - 4 * DAY, AS_OF - 3 * DAY)
    assert status.to_dict()["not_seen_because"] == "rough sea"
    assert berth(*looks[1:]).since.earliest is None


def test_a_berth_nobody_saw_has_no_since() -> None:
    """No look, no instant."""
    status = berth(a_look(BERTH, Occupancy.UNOBSERVED))
    assert status.state is Shade.NOT_OBSERVED
    assert status.since.earliest is None
    assert status.since.latest is None


def a_stay(first_h: float, last_h: float, *, before_h: float, after_h: float | None) -> Visit:
    """Return SPARTA's stay at the berth, in hours before the end."""

    def fix(hours: float) -> Fix:
        at = to_ms(AS_OF - timedelta(hours=hours))
        return Fix(
            mmsi=SPARTA.mmsi, time_ms=at, received_ms=at, lon=35.86, lat=34.9, sog_kn=0.0, source=""
        )

    return Visit(
        mmsi=SPARTA.mmsi,
        place_id=BERTH,
        place_kind="berth",
        start=OPEN_EDGE,
        end=OPEN_EDGE,
        confidence=4,
        positions=9,
        before=fix(before_h),
        first=fix(first_h),
        last=fix(last_h),
        after=fix(after_h) if after_h is not None else None,
        learned_ms=0,
        anchor_ms=0,
    )


def who(
    hours: float,
    *looks: BerthState,
    visits: tuple[Visit, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> WhoAnswer:
    """Ask who lay at the berth some hours before the end."""
    return who_lay_at(
        BERTH,
        AS_OF - timedelta(hours=hours),
        visits=visits,
        states=looks,
        sightings=(),
        findings=findings,
        register=REGISTER,
    )


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (11, ()),
        (10, ("may have been there",)),
        (9, ("there then",)),
        (5, ("there then",)),
        (4, ("may have been there",)),
        (3, ()),
    ],
)
def test_a_stay_answers_for_its_reports_and_perhaps_for_the_gaps(
    hours: float, said: tuple[str, ...]
) -> None:
    """Between her reports there she was there; in the gaps on either side she may have been."""
    stay = a_stay(9, 5, before_h=10.5, after_h=3.5)
    assert tuple(s.sure for s in who(hours, visits=(stay,)).ships) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, None, "Not known: no AIS"),
        ("free", "free", "Nobody known"),
        ("free", None, "Nobody known"),
        ("occupied", "occupied", "A vessel was seen there"),
        ("free", "occupied", "Not known: it changed"),
    ],
)
def test_images_answer_where_ais_does_not(before: str | None, after: str | None, said: str) -> None:
    """The images on both sides bound what can be said; none that could be judged says nothing."""
    looks = [a_look(BERTH, Occupancy.UNOBSERVED, age=5.5 * HOUR, scene_id="blind")]
    if before:
        looks.append(a_look(BERTH, Occupancy(before), age=8 * HOUR, scene_id="a"))
    if after:
        looks.append(a_look(BERTH, Occupancy(after), age=2 * HOUR, scene_id="b"))
    answer = who(5, *looks)
    assert answer.said.startswith(said)
    assert [s.scene_id for s in answer.blind] == ["blind"]


def test_a_candidate_is_told_as_inferred() -> None:
    """A ship that fits a vessel without AIS is never said to be it."""
    dark = a_finding(
        FindingKind.OCCUPIED_WITHOUT_AIS,
        subject=Subject(),
        place_id=BERTH,
        why={"candidates": [{"imo": SPARTA.imo, "name": "SPARTA\x1b[31m"}]},
    )
    answer = who(5, findings=(dark,))
    assert "inferred" in answer.said
    assert "\x1b" not in answer.said
    closed = replace(dark, end_latest=AS_OF - 6 * HOUR)
    assert who(5, findings=(closed,)).ships == ()


def test_history_is_in_time_order_and_marks_what_was_retracted() -> None:
    """Findings and stays of one ship, oldest first; a retracted one says so."""
    wait = a_finding()
    gone = a_finding(FindingKind.ARRIVED, status=Status.RETRACTED)
    other = a_finding(subject=Subject(imo=SPARTA_II.imo))
    events = ship_events(
        frozenset({SPARTA.mmsi}),
        SPARTA.imo,
        findings=(other, gone, wait),
        visits=(a_stay(9, 5, before_h=10, after_h=None),),
        silences=(),
    )
    assert [e.what for e in events] == ["waiting", "arrived (retracted)", "heard in berth"]


@pytest.mark.parametrize(
    ("query", "imos"),
    [
        ("9268710", [9268710]),
        ("273351920", [9268710]),
        ("sparta", [9268710]),
        ("sparta i", [9160994]),
        ("spar", [9160994, 9268710]),
        ("ursa", [9538892]),
        ("", []),
        ("nobody", []),
    ],
)
def test_a_ship_is_found_by_number_or_name(query: str, imos: list[int]) -> None:
    """An exact name wins over a part of one; a watched ship never heard is found too."""
    watch = WatchList(
        vessels=(
            WatchedVessel(name="URSA MAJOR", imo=9538892, claims=(MmsiClaim(mmsi=273396130),)),
        )
    )
    nameless = Identity(mmsi=273000001)
    register = replace(REGISTER, identities={**REGISTER.identities, nameless.mmsi: nameless})
    assert [s.imo for s in known_ships(query, register, watch)] == imos


def test_an_apron_stands_as_its_open_finding_says() -> None:
    """State, since and last look; the end of a change is the beginning of how it stands now."""
    apron = "tartus.apron.mole1_end"
    looks = (
        a_state(AS_OF - 2 * DAY, ApronChange.FILLED), a_state(AS_OF - DAY, ApronChange.UNOBSERVED)
    )  # fmt: skip
    filled = a_finding(
        FindingKind.APRON_FILLED, subject=Subject(), place_id=apron, basis=Basis.IMAGE
    )
    ended = replace(filled, status=Status.CLOSED, end_earliest=AS_OF, end_latest=AS_OF)

    def status(*findings: Finding, looks: tuple[ApronState, ...] = looks) -> ApronStatus:
        view = replace(a_view(*findings), apron_states=looks)
        return next(a for a in apron_statuses(view) if a.apron_id == apron)

    now = status(filled)
    assert (now.state, now.since.latest) == ("filled", filled.start_latest)
    assert now.last_look == looks[0]
    assert now.unusable == looks[1]
    assert ["Not seen", f"{(AS_OF - DAY):%Y-%m-%d %H:%M} UTC: cloud"] in said_of(now)
    assert (status(ended).state, status(ended).since.latest) == ("as usual", AS_OF)
    assert status().state == "as usual"
    assert status(looks=looks[1:]).state == "not observed"
    assert status(looks=looks[1:]).to_dict()["last_look"] is None


def a_state(at: datetime, change: ApronChange) -> ApronState:
    """Return one look at the end of Mole 1."""
    seen = change is not ApronChange.UNOBSERVED
    return ApronState(
        scene_id=f"scene-{at:%d}", acquired_at=at, available_at=at, sensor="sentinel-2",
        modality=Modality.OPTICAL, apron_id="tartus.apron.mole1_end", change=change,
        changed_m2=5000.0 if seen else math.nan, filled_m2=0.0, cleared_m2=0.0, score=0.9,
        confirmed=False, usable=1.0, reason="9 references" if seen else "cloud",
    )  # fmt: skip
