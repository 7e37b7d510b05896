"""AIS files to port calls and silences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from monitor.batch import EVER, Progress
from monitor.batch.reading import read_files
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.detect.silences import silence_counts
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport, WatchList
from monitor.domain.window import from_ms
from monitor.errors import InputError
from monitor.report.files import out_folder, write_json, write_silences, write_visits
from monitor.sources.ais.files import ais_files
from monitor.sources.gazetteer import load_gazetteer


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
    criteria: Criteria | None = None,
    workers: int | None = None,
) -> TracksResult:
    """Read AIS files and write port_calls.csv, silences.csv and summary.json into `out`.

    Args:
        files: Any mixture of the known formats.
        aoi: The port's areas.
        out: Made if it is not there.
        watch: Ships to join by IMO number or MMSI.
        start_at: When the first line of a log without dates was received.
        progress: Told after each file.
        criteria: All thresholds; the defaults if left out.
        workers: Processes that read, one for each core if left out; the result does not depend
            on it.

    Raises:
        InputError: No file could be read; `out` cannot be written.
        ConfigError: The areas are wrong.
    """
    files = ais_files(files)
    gazetteer = load_gazetteer(aoi)
    out_folder(out)
    total, per_file = Tally(), {}
    failed: dict[str, str] = {}
    batches: list[PositionColumns] = []
    static: list[StaticReport] = []
    for number, read in enumerate(read_files(files, start_at=start_at, workers=workers), start=1):
        batches.extend(read.positions)
        static.extend(read.static)
        if read.failed:
            failed[str(read.path)] = read.failed
        per_file[str(read.path)] = read.tally.summary()
        total.add(read.tally)
        progress(number, len(files), read.path.name)
    if len(failed) == len(files):
        raise InputError("\n".join(failed.values()))
    positions = concat(batches)
    as_of = from_ms(int(positions.time_ms.max())) if len(positions) else EVER.start
    picture = compile_picture(
        Evidence(positions=positions, static=tuple(static)),
        gazetteer,
        watch,
        as_of=as_of,
        criteria=criteria or Criteria(),
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
            "repaired": summary.pop("repaired"),
            "examples": summary.pop("examples"),
            "positions": len(positions),
            "positions_repeated": picture.tracks.repeats,
            "positions_set_aside": dict(picture.tracks.set_aside),
            "vessels": len(np.unique(picture.tracks.leader)),
            "first": _iso(positions, first=True),
            "last": _iso(positions, first=False),
            "visits": len(picture.visits),
            **silence_counts(picture.silences),
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
