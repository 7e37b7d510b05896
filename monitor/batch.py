"""The two batch doors: files in, tables out, no store and no clock.

They run the same analysis as the daemon, over whatever files are named, and stay useful as its
cross-check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.detect.occupancy import OccupancyCriteria, survey_order
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.domain.berth_state import BerthState
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.scene import Scene
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport, WatchList
from monitor.domain.window import TimeWindow, from_ms
from monitor.errors import InputError
from monitor.report.files import (
    out_folder,
    write_berth_states,
    write_json,
    write_silences,
    write_visits,
)
from monitor.sources.ais.files import read_ais_file
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.imagery.raster import RasterReader
from monitor.sources.imagery.static_stac import StaticCatalog
from monitor.watch.survey import Surveyor, SurveyPlan

Progress = Callable[[int, int, str], None]
"""Told (done, in all, what)."""
_EVER = TimeWindow(start=datetime(1900, 1, 1, tzinfo=UTC), end=datetime(2900, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class TracksResult:
    """What `track_files` found."""

    picture: Picture
    tally: Tally
    failed: dict[str, str]
    """Files that gave nothing at all, with the reason."""


def track_files(
    files: Sequence[Path],
    *,
    aoi: Path,
    out: Path,
    watch: WatchList,
    start_at: datetime | None,
    progress: Progress,
) -> TracksResult:
    """Read AIS files and write port_calls.csv, silences.csv and summary.json into `out`.

    Args:
        files: Any mixture of the known formats.
        aoi: The port's areas.
        out: Made if it is not there.
        watch: Ships to join by IMO number or MMSI.
        start_at: When the first line of a log without dates was received.
        progress: Told after each file.

    Raises:
        InputError: No file could be read; `out` cannot be written.
        ConfigError: The areas are wrong.
    """
    gazetteer = load_gazetteer(aoi)
    out_folder(out)
    total, per_file = Tally(), {}
    failed: dict[str, str] = {}
    batches: list[PositionColumns] = []
    static: list[StaticReport] = []
    for number, path in enumerate(files, start=1):
        tally = Tally()
        try:
            for batch in read_ais_file(path, tally=tally, start_at=start_at):
                batches.append(batch.positions)
                static.extend(batch.static)
        except InputError as exc:
            failed[str(path)] = str(exc)
        per_file[str(path)] = tally.summary()
        total.add(tally)
        progress(number, len(files), path.name)
    if len(failed) == len(files):
        raise InputError("\n".join(failed.values()))
    positions = concat(batches)
    as_of = from_ms(int(positions.time_ms.max())) if len(positions) else _EVER.start
    picture = compile_picture(
        Evidence(positions=positions, static=tuple(static)),
        gazetteer,
        watch,
        as_of=as_of,
        criteria=Criteria(),
    )
    write_visits(out / "port_calls.csv", picture.visits, picture.register)
    write_silences(out / "silences.csv", picture.silences, picture.register)
    summary = total.summary()
    write_json(
        out / "summary.json",
        {
            "lines_read": summary.pop("read"),
            "accepted": summary.pop("accepted"),
            "rejected": summary.pop("rejected"),
            "ignored": summary.pop("ignored"),
            "examples": summary.pop("examples"),
            "positions": len(positions),
            "positions_repeated": len(positions) - len(picture.tracks.rows) - picture.tracks.spikes,
            "positions_set_aside_as_jumps": picture.tracks.spikes,
            "vessels": len(picture.tracks.first_row),
            "first": _iso(positions, first=True),
            "last": _iso(positions, first=False),
            "visits": len(picture.visits),
            "silences": sum(s.fed_hours > 0 for s in picture.silences),
            "silences_without_coverage": sum(s.fed_hours == 0 for s in picture.silences),
            "files_failed": failed,
            "files": per_file,
        },
    )
    return TracksResult(picture=picture, tally=total, failed=failed)


def _iso(positions: PositionColumns, *, first: bool) -> str | None:
    if not len(positions):
        return None
    ms = positions.time_ms.min() if first else positions.time_ms.max()
    return from_ms(int(ms)).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookResult:
    """What `look_at` found."""

    states: tuple[BerthState, ...]
    scenes: tuple[Scene, ...]
    tally: Tally


def look_at(
    catalog: Path, *, aoi: Path, out: Path, references: int, progress: Progress
) -> LookResult:
    """Judge every berth in every scene of a static STAC catalog; write berth_states.csv and
    summary.json into `out`.

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
    scenes = tuple(StaticCatalog(catalog.name, catalog).search(_EVER, tally))
    if not scenes:
        reasons = ", ".join(f"{r} {c}" for r, c in sorted(tally.rejected.items())) or "it is empty"
        raise InputError(f"{catalog}: no scene could be used ({reasons})")
    out_folder(out)
    scenes = survey_order(scenes)
    by_id = {s.id: s for s in scenes}
    surveyor = Surveyor(
        SurveyPlan(
            gazetteer=gazetteer,
            reader=RasterReader(),
            criteria=OccupancyCriteria(),
            references=references,
            causal=False,
        )
    )
    found: list[BerthState] = []
    judged = Tally()
    for number, scene in enumerate(scenes, start=1):
        chosen, _ = surveyor.digest(scene, scenes)
        found.extend(surveyor.judge(scene, chosen, by_id, judged))
        progress(number, len(scenes), scene.id)
    if not judged.accepted:
        reasons = ", ".join(f"{r} {c}" for r, c in sorted(judged.rejected.items()))
        raise InputError(f"{catalog}: no scene could be read over the berths ({reasons})")
    states = tuple(sorted(found, key=lambda s: (s.acquired_at, s.scene_id, s.berth_id)))
    write_berth_states(out / "berth_states.csv", states)
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
        {**tally.summary(), "scenes": len(scenes), "berths": len(gazetteer.berths), **counts},
    )
    return LookResult(states=states, scenes=scenes, tally=tally)
