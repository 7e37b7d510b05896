"""A catalog of scenes to berth states and ships."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.batch import EVER, Progress
from monitor.detect.imagery.occupancy import OccupancyCriteria, survey_order
from monitor.domain.berth_state import BerthState
from monitor.domain.look import Look
from monitor.domain.scene import Scene
from monitor.domain.sighting import Sighting
from monitor.domain.tally import Tally
from monitor.errors import InputError
from monitor.report.files import (
    out_folder,
    write_apron_states,
    write_berth_states,
    write_json,
    write_text,
)
from monitor.report.ships import ships_geojson
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from monitor.watch.survey import Surveyor, SurveyPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class LookResult:
    """What `look_at` found."""

    states: tuple[BerthState, ...]
    ships: tuple[Sighting, ...]
    """Ships at the quays, by time, scene, quay and place along it."""
    scenes: tuple[Scene, ...]
    tally: Tally


def look_at(
    catalog: Path, *, aoi: Path, out: Path, references: int, progress: Progress
) -> LookResult:
    """Judge every berth in every scene of a static STAC catalog; write berth_states.csv,
    ships.geojson and summary.json into `out`.

    Each scene is held against others of the same sensor and orbit, before and after it, never
    against itself.

    Raises:
        InputError: The catalog has no scene that can be used, or the areas have no berth.
        ConfigError: The areas are wrong.
    """
    gazetteer = load_gazetteer(aoi)
    if not gazetteer.berths:
        raise InputError(f"{aoi}: has no feature of kind 'berth', so there is nothing to look at")
    tally = Tally()
    listed = tuple(StaticCatalog(catalog.name, catalog).search(EVER, tally))
    out_folder(out)
    surveyor = Surveyor(
        SurveyPlan(
            gazetteer=gazetteer,
            reader=RasterReader(),
            criteria=OccupancyCriteria(),
            references=references,
            causal=False,
        )
    )
    scenes = survey_order(surveyor.current(listed))
    by_id = {s.id: s for s in scenes}
    found: list[Look] = []
    judged = Tally()
    for number, scene in enumerate(scenes, start=1):
        chosen, _ = surveyor.digest(scene, scenes)
        found.append(surveyor.judge(scene, chosen, by_id, judged))
        progress(number, len(scenes), scene.id)
    if not judged.accepted:
        reasons = ", ".join(f"{r} {c}" for r, c in sorted(judged.rejected.items()))
        raise InputError(f"{catalog}: no scene could be read over the berths ({reasons})")
    found.sort(key=lambda look: (look.acquired_at, look.scene_id))
    states = tuple(
        sorted(
            (s for look in found for s in look.berths),
            key=lambda s: (s.acquired_at, s.scene_id, s.berth_id),
        )
    )
    ships = tuple(ship for look in found for ship in look.ships)
    aprons = tuple(apron for look in found for apron in look.aprons)
    write_berth_states(out / "berth_states.csv", states)
    write_apron_states(out / "aprons.csv", aprons)
    write_text(out / "ships.geojson", ships_geojson(ships))
    counts = {
        word: sum(s.state.value == word for s in states)
        for word in ("occupied", "free", "unobserved")
    }
    # Items the catalog rejected were read too; scenes judged are counted once.
    tally.accepted = judged.accepted
    tally.rejected.update(judged.rejected)
    tally.examples.update(judged.examples)
    write_json(
        out / "summary.json",
        {
            **tally.summary(),
            "scenes": len(scenes),
            "rendered": sum(scene.rendered for scene in scenes),
            "berths": len(gazetteer.berths),
            "ships": len(ships),
            **counts,
        },
    )
    return LookResult(states=states, ships=ships, scenes=scenes, tally=tally)
