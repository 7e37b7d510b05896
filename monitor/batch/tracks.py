"""AIS files to port calls and silences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.batch import EVER, Progress
from monitor.detect.picture import Criteria, Evidence, Picture, compile_picture
from monitor.domain.positions import PositionColumns, concat
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport, WatchList
from monitor.domain.window import from_ms
from monitor.errors import InputError
from monitor.report.files import out_folder, write_json, write_silences, write_visits
from monitor.sources.ais.files import read_ais_file
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
    as_of = from_ms(int(positions.time_ms.max())) if len(positions) else EVER.start
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
            "repaired": summary.pop("repaired"),
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
