"""A store replayed: what was found live is found again, and nothing is known before it arrived."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from monitor.alerts.render import Voice
from monitor.bundled import bundled
from monitor.cli.app import app
from monitor.detect.picture import Criteria
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Finding, Status
from monitor.domain.look import Look
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.scene import Modality, Scene
from monitor.domain.window import to_ms
from monitor.errors import InputError
from monitor.store import schema
from monitor.store.derived import load_findings
from monitor.store.engine import Store, open_store
from monitor.store.history import History, arrivals
from monitor.store.looks import put_look
from monitor.store.observations import add_scenes, append_positions, append_static, load_positions
from monitor.store.progress import move_cursor
from monitor.watch.assess import ASSESSED, Brief, assess
from monitor.watch.jobs import Job
from monitor.watch.replay import ReplayPlan, plan_of_store, replay
from tests.builders import SPARTA, T0, WATCH, a_gazetteer, a_look, a_track, hours
from tests.detect.listening import NEAR_SEA, a_feed
from tests.watch.any_story import END, LAST, Story, stories
from tests.watch.test_convergence import QUICK

BRIEF = Brief(gazetteer=a_gazetteer(), watch=WATCH, criteria=Criteria())
COMPARED = (
    "positions", "static_reports", "scenes", "berth_states", "looks", "heard", "reception",
    "feed_hours", "vessels", "findings", "finding_revisions",
)  # fmt: skip
NUMBERS = itertools.count()
LAG = 1_800_000


@contextmanager
def a_store(folder: Path) -> Iterator[Store]:
    """Make an empty store in a file of its own, without waiting for the disk."""
    engine = sa.create_engine(f"sqlite:///{folder / f'{next(NUMBERS)}.db'}")

    @sa.event.listens_for(engine, "connect")
    def _quick(dbapi: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        dbapi.execute("PRAGMA synchronous=OFF")

    schema.metadata.create_all(engine)
    with closing(Store(engine)) as store:
        yield store


def live(store: Store, story: Story, at: Sequence[float]) -> None:
    """Take in what arrives and assess, at each hour."""
    feed = a_feed(END, *story.holes, every_min=60.0)
    # A second feed gives half of the same reports, half an hour later.
    second = replace(
        feed.take(slice(0, None, 2)), sources=("second",), received_ms=feed.received_ms[::2] + LAG
    )
    rows, looks = (
        concat([story.positions, feed, second]),
        [scene_and_look(story, s) for s in story.looks],
    )
    before = to_ms(T0 - hours(9_999))
    for now in (T0 + hours(h) for h in at):
        came = np.flatnonzero((rows.received_ms > before) & (rows.received_ms <= to_ms(now)))
        with store.begin() as connection:
            append_positions(connection, rows.take(came))
            append_static(connection, [r for r in story.static if before < r.time_ms <= to_ms(now)])
            scenes = [*story.scenes, *(scene for scene, _ in looks)]
            add_scenes(connection, [s for s in scenes if s.available_at <= now])
            for scene, look in looks:
                if before < to_ms(scene.available_at) <= to_ms(now):
                    put_look(connection, look, digest="-")
        assess(store, BRIEF, (), voice=Voice(), now=now)
        before = to_ms(now)


def scene_and_look(story: Story, state: BerthState) -> tuple[Scene, Look]:
    """Return a scene of its own for what one image says of one berth."""
    scene = Scene(
        id=f"{state.scene_id}/{state.berth_id}",
        acquired_at=state.acquired_at,
        available_at=state.available_at,
        platform="sentinel-1a",
        sensor="sentinel-1",
        modality=Modality.RADAR,
        orbit=14,
        footprint_wkt="POLYGON ((35 34, 37 34, 37 36, 35 36, 35 34))",
        bands=(),
    )
    ships = tuple(
        replace(ship, scene_id=scene.id)
        for ship in story.sightings
        if (ship.scene_id, ship.berth_ids) == (state.scene_id, (state.berth_id,))
    )
    berths = (replace(state, scene_id=scene.id),)
    return scene, Look(scene_id=scene.id, acquired_at=state.acquired_at, berths=berths, ships=ships)


def again(source: Store, into: Store, plan: ReplayPlan) -> None:
    """Replay a store into another, the reader of facts begun anew at every step as after a kill."""

    def take_in(now: datetime) -> str:
        with closing(History(source)) as history:
            return history.take_in(into, now=now)

    def judge(now: datetime) -> str:
        return str(len(assess(into, BRIEF, (), voice=Voice(), now=now)))

    jobs = [Job(name=j.__name__, every=hours(1), run=j) for j in (take_in, judge)]
    replay(into, plan, jobs, progress=lambda done, total, at: None)


def a_plan(source: Store, *, start: datetime | None = None, end: datetime | None = None) -> Any:  # noqa: ANN401
    """Return the plan of replaying a store."""
    return plan_of_store(source, start=start, end=end, step=hours(6), inputs="-")


def tables(store: Store) -> dict[str, list[Any]]:
    """Return the rows of everything that is to be equal."""
    with store.read() as connection:
        return {
            name: sorted(connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in COMPARED
        }


@settings(QUICK, max_examples=8)
@given(
    story=stories(),
    at=st.lists(st.integers(1, LAST + 40), min_size=1, max_size=4, unique=True).map(sorted),
)
def test_a_store_replayed_holds_what_the_live_one_holds(
    tmp_path_factory: pytest.TempPathFactory, story: Story, at: list[int]
) -> None:
    """However late things came, and whenever it was assessed: same facts, findings, revisions."""
    folder = tmp_path_factory.mktemp("stores")
    with a_store(folder) as source, a_store(folder) as into:
        live(source, story, at)
        again(source, into, a_plan(source))
        one, two = tables(source), tables(into)
    for name in COMPARED:
        assert one[name] == two[name], name


STORY = Story(
    positions=concat([
        a_track((1.0, (35.60, 34.91), 9.0), (20.0, (35.60, 34.91), 9.0)),
        a_track((10.0, (35.70, 34.91), 1.0), delay=timedelta(hours=15)),
    ]),
    holes=(),
    looks=(a_look(5.0, "occupied"),),
    sightings=(),
    static=(),
    scenes=(),
)  # fmt: skip


def known(store: Store) -> PositionColumns:
    """Return every stored position of the ship."""
    with store.read() as connection:
        return load_positions(connection, received_by=T0 + hours(999), mmsis=[SPARTA])


def test_nothing_is_known_before_it_arrived(tmp_path: Path) -> None:
    """A report of hour 10 that came at hour 25 is not in the replay at hour 24."""
    with a_store(tmp_path) as source:
        live(source, STORY, (30.0,))
        for end, times in ((24.0, [1.0, 20.0]), (26.0, [1.0, 10.0, 20.0])):
            with a_store(tmp_path) as into:
                again(source, into, a_plan(source, end=T0 + hours(end)))
                assert known(into).time_ms.tolist() == [to_ms(T0 + hours(t)) for t in times]


def test_a_late_report_beside_a_doubled_one_is_not_heard_before_it_came(tmp_path: Path) -> None:
    """Its cell and minute are known from two other feeds; that it was heard there is not."""
    late = a_track((10.0, NEAR_SEA, 1.0), delay=timedelta(hours=15))
    with a_store(tmp_path) as source, a_store(tmp_path) as into:
        live(source, replace(STORY, positions=late), (30.0,))
        for end, told in ((24.0, ["feed", "second"]), (26.0, ["feed", "second", "test"])):
            again(source, into, a_plan(source, end=T0 + hours(end)))
            with into.read() as connection:
                heard = connection.exec_driver_sql(
                    "SELECT DISTINCT s.name FROM reception AS r JOIN sources AS s "
                    "ON s.id = r.source_id WHERE r.hour = ? ORDER BY s.name",
                    (to_ms(T0 + hours(10)) // 3_600_000,),
                )
                assert [name for (name,) in heard] == told


def test_a_store_that_was_never_assessed_goes_by_steps(tmp_path: Path) -> None:
    """Steps of whole hours from before the first arrival to after the last."""
    with a_store(tmp_path) as source:
        with source.begin() as connection:
            append_positions(connection, STORY.positions)
        plan = a_plan(source)
        assert arrivals(source) == (T0 + hours(1), T0 + hours(25))
    assert plan.steps()[0] == T0 + hours(6)
    assert plan.steps()[-1] == T0 + hours(31)


def test_steps_of_ones_own_leave_the_same_standing(tmp_path: Path) -> None:
    """Whenever it is assessed in between, the end is the same."""
    with a_store(tmp_path) as source, a_store(tmp_path) as into:
        live(source, STORY, (12.0, 30.0, 60.0))
        plan = plan_of_store(source, start=None, end=None, step=hours(20), inputs="-", by_step=True)
        assert len(plan.steps()) == 4
        again(source, into, plan)
        one, two = ({f.id: f for f in standing(s)} for s in (source, into))
    assert one
    assert one == two


def standing(store: Store) -> list[Finding]:
    """Return every finding that was not taken back."""
    with store.read() as connection:
        return [f for f in load_findings(connection) if f.status is not Status.RETRACTED]


def test_an_empty_store_or_span_is_refused(tmp_path: Path) -> None:
    """There is nothing to replay, and that is said."""
    with a_store(tmp_path) as source:
        with pytest.raises(InputError, match="holds no position"):
            a_plan(source)
        live(source, STORY, (30.0,))
        with pytest.raises(InputError, match="nothing to replay between"):
            a_plan(source, start=T0 + hours(99))


SETTINGS = '[port]\naoi = "{aoi}"\n[store]\npath = "store.db"\n'


def test_diff_says_what_other_rules_would_have_found(tmp_path: Path) -> None:
    """Exit code 0 where both find the same, 1 where not; a table, or JSON with both findings."""
    (tmp_path / "settings.toml").write_text(SETTINGS.format(aoi=bundled("aoi", "tartus.geojson")))
    (tmp_path / "other.toml").write_text('[rules.visit]\nwaiting_min = "20 h"\n')
    lon, lat = 35.70, 34.90
    with closing(open_store(tmp_path / "store.db")) as store, store.begin() as connection:
        rows = a_track(*((float(h), (lon, lat), 0.2) for h in range(12)))
        append_positions(connection, rows)
        move_cursor(connection, ASSESSED, (T0 + hours(12)).isoformat())
    command = ["diff", "-c", str(tmp_path / "settings.toml"), "--rules", "current"]
    alike = CliRunner().invoke(app, [*command, str(tmp_path / "settings.toml")])
    assert alike.exit_code == 0, alike.output
    assert "the rules are the same" in alike.stdout
    other = CliRunner().invoke(app, [*command, str(tmp_path / "other.toml")])
    assert other.exit_code == 1, other.output
    assert "visit.waiting_min: 6 h by A, 20 h by B" in other.stdout
    assert "only by A\t2025-01-10 00:00\twaiting" in other.stdout
    told = CliRunner().invoke(app, [*command, str(tmp_path / "other.toml"), "--json"])
    answer = json.loads(told.stdout)
    assert answer["rules"] == [{"name": "visit.waiting_min", "a": "6 h", "b": "20 h"}]
    assert [(d["which"], d["b"]) for d in answer["differences"]] == [("only_a", None)]
