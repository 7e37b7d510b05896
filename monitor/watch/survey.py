"""Scenes to looks, berth states and ships: each scene is read once onto the port's grid and judged.

A scene is judged against earlier scenes of the same sensor and orbit. Which ones is written
beside the result; when a late scene changes that choice, the judgement is made again, so the
outcome does not depend on the order in which scenes arrived.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.detect.imagery.apron import (
    apron_references,
    apron_states,
    confirmed_by,
    unobserved_aprons,
)
from monitor.detect.imagery.occupancy import (
    OccupancyCriteria,
    bands_for,
    look_at_port,
    reference_scenes,
    unobserved,
)
from monitor.detect.imagery.port_pixels import port_grid
from monitor.detect.imagery.revisions import current_scenes, ground_of
from monitor.domain.apron_state import ApronChange, ApronState
from monitor.domain.chip import Chip, Grid
from monitor.domain.look import Look
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Modality, Scene, native_gsd_m
from monitor.domain.tally import Tally
from monitor.errors import BadScene, ConfigError, SourceRefused, TryLater
from monitor.sources.base import ReadsChips
from monitor.store.engine import Store
from monitor.store.looks import drop_looks, put_look, surveyed
from monitor.store.observations import count_losses, load_scenes

_CHANGES = (ApronChange.FILLED, ApronChange.CLEARED, ApronChange.CHANGED)
_RULES = "looks@2"
"""Raised when scenes already judged should be judged again."""
_LOOKS_BACK = 3
"""How many scenes before the last are asked for one in which the apron could be seen."""
_KEPT_PIXELS = 60_000_000
"""Pixels of chips kept in memory between scenes, about 240 MB as float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlan:
    """How scenes are judged."""

    gazetteer: Gazetteer
    reader: ReadsChips
    criteria: OccupancyCriteria
    references: int = 24
    causal: bool = True
    """Only earlier scenes are references: what a live monitor can know. A batch over an archive
    may look both ways."""


_KEPT_TOLD = 100
"""Judgements of aprons kept in memory: those of the last scenes are asked for again."""


class Surveyor:
    """Judges scenes, keeping recent chips so that each raster is read once."""

    def __init__(self, plan: SurveyPlan) -> None:
        self.plan = plan
        self._chips: OrderedDict[str, Chip] = OrderedDict()
        self._bad: dict[str, BadScene] = {}
        self._told: OrderedDict[tuple[str, ...], tuple[ApronState, ...]] = OrderedDict()
        """What scenes say of aprons, by scene and its references."""

    def digest(self, scene: Scene, scenes: Sequence[Scene]) -> tuple[tuple[str, ...], str]:
        """Return the references a scene will be judged against, and their short hash."""
        chosen = reference_scenes(
            scene, scenes, causal=self.plan.causal, limit=self.plan.references
        )
        made_with = "\x1f".join((_RULES, *chosen))
        return chosen, hashlib.sha256(made_with.encode()).hexdigest()[:16]

    def judge(
        self, scene: Scene, references: Sequence[str], by_id: Mapping[str, Scene], tally: Tally
    ) -> Look:
        """Return what the scene says; all unobserved, and counted, where it is unusable."""
        tally.read += 1
        try:
            chip = self.chip(scene)
        except BadScene as exc:
            tally.reject(exc.reason, f"{scene.id}: {exc}")
            return Look(
                scene_id=scene.id,
                acquired_at=scene.acquired_at,
                berths=unobserved(scene, self.plan.gazetteer, reason=exc.reason),
                aprons=self._unseen_aprons(scene, reason=exc.reason),
            )
        tally.accepted += 1
        past = tuple(self._readable(references, by_id, chip))
        look = look_at_port(
            scene, chip, self.plan.gazetteer, references=past, criteria=self.plan.criteria
        )
        return replace(
            look, aprons=self._aprons(scene, chip, [(by_id[c.scene_id], c) for c in past])
        )

    def _aprons(
        self, scene: Scene, chip: Chip, past: Sequence[tuple[Scene, Chip]]
    ) -> tuple[ApronState, ...]:
        """Judge the aprons of an optical scene; a change is asked of the scene before it too."""
        if not _tells_of_aprons(scene):
            return ()
        now = self._apron_states(scene, chip, past)
        changed = {s.apron_id for s in now if s.change in _CHANGES}
        earlier = sorted(
            (p for p in past if p[0].acquired_at < scene.acquired_at),
            key=lambda p: (p[0].acquired_at, p[0].id),
            reverse=True,
        )
        before: dict[str, ApronState] = {}
        for at, (other, seen) in enumerate(earlier[:_LOOKS_BACK]):
            if changed <= before.keys():
                break
            skipped = {later.id for later, _ in earlier[: at + 1]}
            rest = [p for p in past if p[0].id not in skipped]
            for state in self._apron_states(other, seen, rest):
                if state.change is not ApronChange.UNOBSERVED:
                    before.setdefault(state.apron_id, state)
        return confirmed_by(now, before)

    def _apron_states(
        self, scene: Scene, chip: Chip, past: Sequence[tuple[Scene, Chip]]
    ) -> tuple[ApronState, ...]:
        """Judge the aprons of a scene, once for the same references."""
        chosen = apron_references(scene, [s for s, _ in past], chip.grid)
        key = (scene.id, *chosen)
        if key not in self._told:
            self._told[key] = apron_states(scene, chip, self.plan.gazetteer, references=past)
            if len(self._told) > _KEPT_TOLD:
                self._told.popitem(last=False)
        return self._told[key]

    def _unseen_aprons(self, scene: Scene, *, reason: str) -> tuple[ApronState, ...]:
        if not _tells_of_aprons(scene):
            return ()
        grid = self.grid(native_gsd_m(scene.sensor))
        return unobserved_aprons(scene, self.plan.gazetteer, grid, reason=reason)

    def chip(self, scene: Scene) -> Chip:
        """Return the scene's pixels over the port, from memory or its file.

        Raises:
            BadScene: It cannot be read; asking again costs nothing and answers the same.
        """
        if scene.id in self._bad:
            raise self._bad[scene.id]
        if scene.id in self._chips:
            self._chips.move_to_end(scene.id)
            return self._chips[scene.id]
        try:
            grid = self.grid(native_gsd_m(scene.sensor))
            chip = self.plan.reader.read_chip(scene, grid, bands_for(scene))
        except BadScene as exc:
            self._bad[scene.id] = exc
            raise
        self._chips[scene.id] = chip
        while sum(c.values.size for c in self._chips.values()) > _KEPT_PIXELS:
            self._chips.popitem(last=False)
        return chip

    def grid(self, gsd_m: float) -> Grid:
        """Return the port's grid.

        Raises:
            ConfigError: The areas have no berths, or spread too far for one grid.
        """
        try:
            return port_grid(self.plan.gazetteer, gsd_m=gsd_m)
        except ValueError as exc:
            raise ConfigError(str(exc)) from exc

    def current(self, scenes: tuple[Scene, ...]) -> tuple[Scene, ...]:
        """Return the scenes to judge: one for each look at the ground, the newest processing."""
        if not any(scene.datatake for scene in scenes):
            return scenes
        return current_scenes(scenes, area=ground_of(self.grid(10.0)))

    def _readable(
        self, references: Sequence[str], by_id: Mapping[str, Scene], chip: Chip
    ) -> Iterator[Chip]:
        for scene_id in references:
            try:
                other = self.chip(by_id[scene_id])
            except BadScene:
                continue  # counted when it is judged itself
            if other.grid == chip.grid and other.bands == chip.bands:
                yield other


def _tells_of_aprons(scene: Scene) -> bool:
    """Radar sees metal and corners on an apron, not how full the ground is."""
    return scene.modality is Modality.OPTICAL


def survey(store: Store, surveyor: Surveyor, *, now: datetime) -> Tally:
    """Judge every stored scene whose references changed or that was never judged.

    What was said of a scene is withdrawn when a newer processing of the same look takes its place.
    Each scene is committed by itself, so a crash loses one scene's work. A scene whose pixels
    cannot be had now, or whose references cannot, is not judged but counted as `try_later` or
    `refused`, and the next survey asks again.
    """
    with store.read() as connection:
        known = load_scenes(connection, available_by=now)
        done = surveyed(connection)
    scenes = surveyor.current(known)
    replaced = {s.id for s in known} - {s.id for s in scenes}
    if replaced & done.keys():
        with store.begin() as connection:
            drop_looks(connection, sorted(replaced & done.keys()))
    by_id = {s.id: s for s in scenes}
    tally = Tally()
    for scene in scenes:
        references, digest = surveyor.digest(scene, scenes)
        if done.get(scene.id) == digest:
            continue
        before = Tally()
        try:
            look = surveyor.judge(scene, references, by_id, before)
        except (TryLater, SourceRefused) as exc:
            tally.read += 1
            word = "try_later" if isinstance(exc, TryLater) else "refused"
            tally.reject(word, f"{scene.id}: {exc}")
            continue
        with store.begin() as connection:
            put_look(connection, look, digest=digest)
            # A scene judged again is still one loss.
            if scene.id not in done:
                count_losses(connection, f"scene:{scene.sensor}", before)
        tally.add(before)
    return tally
