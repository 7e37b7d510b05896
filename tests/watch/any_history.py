"""Made-up stories one after another, brought to a store piece by piece as they reach us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely
import sqlalchemy as sa

from monitor.alerts.render import Voice
from monitor.domain.look import Look
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.scene import Modality, Scene
from monitor.domain.window import to_ms
from monitor.store import schema
from monitor.store.engine import Store, open_store
from monitor.store.looks import put_look
from monitor.store.observations import add_scenes, append_positions, append_static
from monitor.store.reception import note_reception
from monitor.watch.assess import Brief, assess
from monitor.watch.memory import Memory
from tests.builders import SPARTA_II, T0, WATCH, hours
from tests.detect.listening import a_feed
from tests.watch.any_story import CRITERIA, END, GAZETTEER, Story

BRIEF = Brief(gazetteer=GAZETTEER, watch=WATCH, criteria=CRITERIA)
UNLISTED = 371_000_201
APART = 110
"""Hours from the start of one story to the next: its late pieces come amid the next one."""


def told_after(story: Story, h: float) -> Story:
    """Return the same, hours later."""
    late, ms = hours(h), int(h * 3_600_000)
    rows = story.positions

    def name(scene_id: str) -> str:
        return f"{scene_id}+{h:.0f}"

    return replace(
        story,
        positions=replace(
            rows, time_ms=rows.time_ms + ms, received_ms=np.where(
                rows.received_ms > 0, rows.received_ms + ms, rows.received_ms
            )
        ),
        holes=tuple((a + h, b + h) for a, b in story.holes),
        looks=tuple(
            replace(s, scene_id=name(s.scene_id), acquired_at=s.acquired_at + late,
                    available_at=s.available_at + late)
            for s in story.looks
        ),
        sightings=tuple(
            replace(s, scene_id=name(s.scene_id), acquired_at=s.acquired_at + late)
            for s in story.sightings
        ),
        static=tuple(replace(s, time_ms=s.time_ms + ms) for s in story.static),
        scenes=tuple(
            replace(s, id=name(s.id), acquired_at=s.acquired_at + late,
                    available_at=s.available_at + late)
            for s in story.scenes
        ),
    )  # fmt: skip


def of_unlisted(story: Story) -> Story:
    """Return the same of two ships that are not on the watch list and give no number."""
    rows = story.positions
    return replace(
        story,
        positions=replace(rows, mmsi=UNLISTED + (rows.mmsi == SPARTA_II)),
        static=tuple(
            replace(s, mmsi=UNLISTED + (s.mmsi == SPARTA_II), imo=None) for s in story.static
        ),
    )


def history_of(stories: Sequence[Story]) -> Story:
    """Return one story after another as one, every other one of ships not on the watch list."""
    parts = [
        told_after(story if i % 2 else of_unlisted(story), APART * i)
        for i, story in enumerate(stories)
    ]
    return Story(
        positions=concat([p.positions for p in parts]),
        **{
            name: tuple(piece for p in parts for piece in getattr(p, name))
            for name in ("holes", "looks", "sightings", "static", "scenes")
        },
    )


def end_of(stories: Sequence[Story]) -> float:
    """Return the hour when all has reached us and nothing is waited for any more."""
    return APART * (len(stories) - 1) + END


def feed_of(history: Story, until_h: float) -> PositionColumns:
    """Return what others were heard to say, with the history's holes."""
    return a_feed(until_h, *history.holes, every_min=60.0, from_h=-120.0)


def bring(store: Store, history: Story, feed: PositionColumns, begun: float, end: float) -> None:
    """Store what reached us from one hour on and before another."""
    first, last = (T0 + hours(h) for h in (begun, end))

    def new(at: datetime) -> bool:
        return first < at <= last

    with store.begin() as connection:
        for rows in (history.positions, feed):
            came = np.where(rows.received_ms > 0, rows.received_ms, rows.time_ms)
            now = rows.take((came > to_ms(first)) & (came <= to_ms(last)))
            append_positions(connection, now)
            note_reception(connection, now)
        append_static(
            connection, [s for s in history.static if to_ms(first) < s.time_ms <= to_ms(last)]
        )
        add_scenes(connection, [s for s in history.scenes if new(s.available_at)])
        for look in _looks(history):
            if new(look.scene.available_at):
                add_scenes(connection, [look.scene])
                put_look(connection, look.says, digest="made")


@dataclass(frozen=True)
class _Look:
    scene: Scene
    says: Look


def _looks(history: Story) -> Iterator[_Look]:
    """Yield what each scene says, known once the last word of it has come."""
    for scene_id in sorted({s.scene_id for s in history.looks}):
        berths = tuple(s for s in history.looks if s.scene_id == scene_id)
        at = berths[0].acquired_at
        yield _Look(
            Scene(
                id=scene_id, acquired_at=at, available_at=max(s.available_at for s in berths),
                platform="sentinel-1a", sensor="sentinel-1", modality=Modality.RADAR, orbit=14,
                footprint_wkt=shapely.box(35.0, 34.0, 36.5, 36.0).wkt, bands=(),
            ),
            Look(
                scene_id=scene_id, acquired_at=at, berths=berths,
                ships=tuple(s for s in history.sightings if s.scene_id == scene_id),
            ),
        )  # fmt: skip


def kept(store: Store) -> list[tuple[object, ...]]:
    """Return every finding and every revision of it as stored."""
    with store.read() as connection:
        return [
            tuple(row)
            for table, order in (
                (schema.findings, ("id",)),
                (schema.finding_revisions, ("finding_id", "revision", "minor")),
            )
            for row in connection.execute(
                sa.select(*(c for c in table.c if c.name != "settled")).order_by(
                    *(table.c[name] for name in order)
                )
            )
        ]


def remembered(
    stores: tuple[Store, Store], stories: Sequence[Story], at: Iterable[float]
) -> Iterator[tuple[float, Memory]]:
    """Live through the stories in two stores, with a memory and without; yield after each step."""
    history, end = history_of(stories), end_of(stories)
    feed, memory, before = feed_of(history, end), Memory(), -200.0
    for h in [*sorted({h for h in at if h < end}), end]:
        for store, own in zip(stores, (memory, None), strict=True):
            bring(store, history, feed, before, h)
            assess(store, BRIEF, (), voice=Voice(), now=T0 + hours(h), memory=own)
        before = h
        yield h, memory


def found_alike(stories: Sequence[Story], every_h: float) -> int:
    """Assert that after each step a memory has found what reading all finds, to the byte.

    Returns:
        After how many steps something was settled.
    """
    settled = 0
    with TemporaryDirectory() as folder:
        one, other = (open_store(Path(folder) / name) for name in ("memory.db", "whole.db"))
        try:
            steps = np.arange(every_h, end_of(stories), every_h).tolist()
            for h, memory in remembered((one, other), stories, steps):
                assert kept(one) == kept(other), f"after {h:.0f} h"
                settled += not memory.is_whole
        finally:
            one.close()
            other.close()
    return settled
