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
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.scene import Modality, Scene
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.errors import InputError
from monitor.store import schema
from monitor.store.derived import put_berth_states
from monitor.store.engine import Store, open_store
from monitor.store.history import History, arrivals
from monitor.store.observations import add_scenes, append_positions, append_static, load_positions
from monitor.store.progress import move_cursor
from monitor.watch.assess import ASSESSED, Brief, assess
from monitor.watch.jobs import Job
from monitor.watch.replay import ReplayPlan, plan_of_store, replay
from tests.builders import SPARTA, T0, WATCH, a_gazetteer, a_look, a_static, a_track, hours
from tests.detect.listening import a_feed
from tests.watch.test_convergence import END, LAST, QUICK, Story, stories

BRIEF = Brief(gazetteer=a_gazetteer(), watch=WATCH, criteria=Criteria())
STATIC = (a_static(2.0, name="SPARTA", imo=9268710), a_static(30.0, name="SPARTA", imo=9160994))
COMPARED = (
    "positions", "static_reports", "scenes", "berth_states", "heard", "reception", "feed_hours",
    "vessels", "findings", "finding_revisions",
)  # fmt: skip
NUMBERS = itertools.count()


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


def live(store: Store, story: Story, at: Sequence[float], static: Sequence[StaticReport]) -> None:
    """Take in what arrives and assess, at each hour."""
    rows, before = concat([story.positions, a_feed(END, every_min=60.0)]), to_ms(T0 - hours(999))
    for now in (T0 + hours(h) for h in at):
        came = np.flatnonzero((rows.received_ms > before) & (rows.received_ms <= to_ms(now)))
        with store.begin() as connection:
            append_positions(connection, rows.take(came))
            append_static(connection, [r for r in static if before < r.time_ms <= to_ms(now)])
            for look in story.looks:
                if before < to_ms(look.available_at) <= to_ms(now):
                    scene = f"{look.scene_id}/{look.berth_id}"
                    add_scenes(connection, [a_scene(scene, look.acquired_at, look.available_at)])
                    put_berth_states(
                        connection, [replace(look, scene_id=scene)], references_digest="-"
                    )
        assess(store, BRIEF, (), voice=Voice(), now=now)
        before = to_ms(now)


def a_scene(name: str, acquired_at: datetime, available_at: datetime) -> Scene:
    """Return a scene whose pixels nobody reads."""
    return Scene(
        id=name,
        acquired_at=acquired_at,
        available_at=available_at,
        platform="sentinel-1a",
        sensor="sentinel-1",
        modality=Modality.RADAR,
        orbit=14,
        footprint_wkt="POLYGON ((35 34, 37 34, 37 36, 35 36, 35 34))",
        bands=(),
    )


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


@settings(QUICK, max_examples=12)
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
        live(source, story, at, STATIC)
        again(source, into, a_plan(source))
        one, two = tables(source), tables(into)
    for name in COMPARED:
        assert one[name] == two[name], name


STORY = Story(
    concat([
        a_track((1.0, (35.60, 34.91), 9.0), (20.0, (35.60, 34.91), 9.0)),
        a_track((10.0, (35.70, 34.91), 1.0), delay=timedelta(hours=15)),
    ]),
    (a_look(5.0, "occupied"),),
)  # fmt: skip


def known(store: Store) -> PositionColumns:
    """Return every stored position of the ship."""
    with store.read() as connection:
        return load_positions(connection, received_by=T0 + hours(999), mmsis=[SPARTA])


def test_nothing_is_known_before_it_arrived(tmp_path: Path) -> None:
    """A report of hour 10 that came at hour 25 is not in the replay at hour 24."""
    with a_store(tmp_path) as source:
        live(source, STORY, (30.0,), STATIC)
        for end, times in ((24.0, [1.0, 20.0]), (26.0, [1.0, 10.0, 20.0])):
            with a_store(tmp_path) as into:
                again(source, into, a_plan(source, end=T0 + hours(end)))
                assert known(into).time_ms.tolist() == [to_ms(T0 + hours(t)) for t in times]


def test_a_store_that_was_never_assessed_goes_by_steps(tmp_path: Path) -> None:
    """Steps of whole hours from before the first arrival to after the last."""
    with a_store(tmp_path) as source:
        with source.begin() as connection:
            append_positions(connection, STORY.positions)
        plan = a_plan(source)
        assert arrivals(source) == (T0 + hours(1), T0 + hours(25))
    assert plan.steps()[0] == T0 + hours(6)
    assert plan.steps()[-1] == T0 + hours(31)


def test_an_empty_store_or_span_is_refused(tmp_path: Path) -> None:
    """There is nothing to replay, and that is said."""
    with a_store(tmp_path) as source:
        with pytest.raises(InputError, match="holds no position"):
            a_plan(source)
        live(source, STORY, (30.0,), ())
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
