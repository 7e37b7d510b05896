"""Writing the published files: beside, then renamed, so that a reader never meets half of one."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from monitor.domain.apron_state import ApronState
from monitor.domain.baseline import AreaBaseline, BerthBaseline
from monitor.domain.berth_cell import BerthCell
from monitor.domain.berth_state import BerthState
from monitor.domain.finding import Finding
from monitor.domain.life import Life
from monitor.domain.vessel import Register
from monitor.domain.visit import Silence, Visit, Voyage
from monitor.domain.window import from_ms, utc_text
from monitor.errors import InputError

VISIT_COLUMNS = (
    "mmsi", "imo", "name", "place_id", "place_kind", "start_earliest", "start_latest",
    "end_earliest", "end_latest", "observed", "confidence", "positions", "part", "by_hull",
    "also_covers", "rings", "draught_in_m", "draught_out_m", "draught_changed",
    "bound_in", "bound_out",
)  # fmt: skip
SILENCE_COLUMNS = (
    "mmsi", "imo", "name", "start", "end", "hours", "threshold_h", "median_interval_h",
    "fed_hours", "coverage", "place_id", "lon", "lat", "near_fed_hours", "near_hours", "ground",
    "stated", "void",
)  # fmt: skip
BERTH_COLUMNS = (
    "scene_id", "datetime", "sensor", "orbit", "berth_id", "state", "score", "usable",
    "reason",
)  # fmt: skip

MATRIX_COLUMNS = (
    "berth_id", "datetime", "scene_id", "sensor", "image", "score", "usable", "reason", "ais",
    "ais_mmsis", "ais_nearest_m", "ais_offset_min", "held_mmsis", "silent_mmsis", "matched_mmsis",
    "near_fed_hours", "near_hours", "verdict",
)  # fmt: skip
BASELINE_COLUMNS = (
    "berth_id", "of", "state", "looks", "unusable", "taken", "share", "share_low", "share_high",
    "first", "last", "stays", "stay_least_d", "stay_most_d",
)  # fmt: skip
AREA_COLUMNS = (
    "place_id", "place_kind", "class", "state", "days", "days_unheard", "first", "last", "ships",
    "ships_spread", "ships_most", "stays", "stay_h", "stay_spread_h",
)  # fmt: skip
APRON_COLUMNS = (
    "scene_id", "datetime", "sensor", "apron_id", "change", "changed_m2", "filled_m2",
    "cleared_m2", "score", "confirmed", "usable", "reason", "outline_wkt",
)  # fmt: skip


def out_folder(path: Path) -> Path:
    """Make `path` a folder to write into and return it.

    Raises:
        InputError: It cannot be made, or is a file.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InputError(f"{path}: cannot be used as output folder ({exc.strerror})") from exc
    return path


@contextmanager
def filling(path: Path) -> Iterator[Path]:
    """Make `path` a folder to write into; where the work fails before it wrote anything, take away
    what was made.

    Raises:
        InputError: As `out_folder`.
    """
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        yield out_folder(path)
    except BaseException:
        with suppress(OSError):  # it holds something, so it stays
            for folder in made:
                folder.rmdir()
        raise


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text to `path` in one step: the old file stays until the new one is whole.

    Raises:
        InputError: It cannot be written there.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file as `write_text` does."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(path)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written ({exc.strerror})") from exc


def out_file(path: Path) -> Path:
    """Return `path` where a file can be written, before any work is done for it.

    Raises:
        InputError: It is a folder, or its folder is not there.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"{path}: name a file in a folder that exists")
    return path


def write_findings(
    path: Path, findings: Iterable[Finding], lives: Mapping[str, Life] | None = None
) -> None:
    """Write findings as JSON lines, in the order given.

    `life` says which finding each one replaces or is superseded by; null for none.
    """
    lives = lives or {}
    lines = (
        json.dumps(
            {**f.to_dict(), "life": asdict(lives.get(f.id, Life()))},
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        )
        for f in findings
    )
    write_text(path, "".join(line + "\n" for line in lines))


def write_visits(path: Path, visits: Iterable[Visit], register: Register) -> None:
    """Write `port_calls.csv`: every visit, its edges as intervals, empty where open.

    `rings` holds the first report within each distance passed on the way in.
    """
    rows = []
    for v in visits:
        ship = register.identity(v.mmsi)
        edges = (v.start.earliest, v.start.latest, v.end.earliest, v.end.latest)
        rows.append(
            (
                v.mmsi,
                ship.imo or "",
                spreadsheet_safe(ship.name),
                v.place_id,
                v.place_kind,
                *(utc_text(e) if e else "" for e in edges),
                v.observed,
                v.confidence,
                v.positions,
                v.part,
                "yes" if v.by_hull else "",
                " ".join(v.covers),
                " ".join(f"{r.nm:g}nm={utc_text(r.edge.latest)}" for r in v.rings if r.edge.latest),
                *_voyage_cells(v.voyage),
            )
        )
    write_text(path, csv_text(VISIT_COLUMNS, rows))


def _voyage_cells(voyage: Voyage | None) -> tuple[str, ...]:
    """Return the last cells of a port call; `draught_changed` is never `no`, since unset says
    nothing."""
    if voyage is None:
        return ("",) * 5
    in_m, out_m = (
        "" if metres is None else f"{metres:.1f}"
        for metres in (voyage.draught_in_m, voyage.draught_out_m)
    )
    changed = "yes" if voyage.draught_changed else ""
    bound = (spreadsheet_safe(text) for text in (voyage.bound_in, voyage.bound_out))
    return in_m, out_m, changed, *bound


def write_silences(path: Path, silences: Iterable[Silence], register: Register) -> None:
    """Write `silences.csv`: every gap longer than the ship's own threshold, with its coverage."""
    rows = []
    for s in silences:
        ship = register.identity(s.mmsi)
        rows.append(
            (
                s.mmsi,
                ship.imo or "",
                spreadsheet_safe(ship.name),
                utc_text(from_ms(s.before.time_ms)),
                utc_text(from_ms(s.after.time_ms)) if s.after else "",
                s.hours,
                f"{s.threshold_ms / 3_600_000:.2f}",
                f"{s.median_interval_ms / 3_600_000:.3f}" if s.median_interval_ms else "",
                s.fed_hours,
                f"{s.coverage:.3f}",
                s.place_id or "",
                f"{s.before.lon:.5f}",
                f"{s.before.lat:.5f}",
                s.near.fed,
                s.near.hours,
                s.ground.value,
                "yes" if s.is_stated else "",
                "yes" if s.is_void else "",
            )
        )
    write_text(path, csv_text(SILENCE_COLUMNS, rows))


def write_berth_states(path: Path, states: Iterable[BerthState]) -> None:
    """Write `berth_states.csv`, in order; `reason`: why unobserved, or what it rests on."""
    rows = [
        (
            s.scene_id,
            utc_text(s.acquired_at),
            f"{s.sensor} (rendered)" if s.rendered else s.sensor,
            "" if s.orbit is None else s.orbit,
            s.berth_id,
            s.state.value,
            "" if s.score != s.score else f"{s.score:.3f}",
            f"{s.usable:.3f}",
            s.reason,
        )
        for s in states
    ]
    write_text(path, csv_text(BERTH_COLUMNS, rows))


def write_berth_matrix(path: Path, cells: Iterable[BerthCell]) -> None:
    """Write `berth_matrix.csv`: both halves of each cell and its verdict, in the order given.

    `ais_mmsis` are nearest first; `ais_nearest_m` and `ais_offset_min` are of the first of them.
    """
    rows = []
    for cell in cells:
        image, ais = cell.image, cell.ais
        nearest = ais.ships[0] if ais.ships else None
        rows.append(
            (
                image.berth_id,
                utc_text(image.acquired_at),
                spreadsheet_safe(image.scene_id),
                f"{image.sensor} (rendered)" if image.rendered else image.sensor,
                image.state.value,
                "" if image.score != image.score else f"{image.score:.3f}",
                f"{image.usable:.3f}",
                spreadsheet_safe(image.reason),
                ais.says.value,
                " ".join(str(s.mmsi) for s in ais.ships),
                f"{nearest.distance_m:.0f}" if nearest else "",
                f"{nearest.offset_ms / 60_000:.0f}" if nearest else "",
                " ".join(map(str, ais.held)),
                " ".join(map(str, ais.silent)),
                " ".join(map(str, cell.matched)),
                ais.near.fed,
                ais.near.hours,
                cell.verdict.value,
            )
        )
    write_text(path, csv_text(MATRIX_COLUMNS, rows))


def write_baselines(path: Path, baselines: Iterable[BerthBaseline]) -> None:
    """Write `baselines.csv`: what is usual at each berth, in the order given.

    `share_low` and `share_high` hold the share of time taken with probability 0.9; stays are
    medians in days.
    """
    rows = [
        (
            b.berth_id,
            spreadsheet_safe(b.of),
            "learning" if b.learning else "known",
            b.looks,
            b.unusable,
            b.taken,
            *(f"{share:.3f}" for share in (b.share, b.low, b.high)),
            *(utc_text(at) if at else "" for at in (b.first, b.last)),
            b.stays,
            *("" if s is None else f"{s.total_seconds() / 86_400:.1f}" for s in b.stay_span),
        )
        for b in baselines
    ]
    write_text(path, csv_text(BASELINE_COLUMNS, rows))


def write_area_baselines(path: Path, baselines: Iterable[AreaBaseline]) -> None:
    """Write `area_baselines.csv`: medians with their median absolute deviations, in order."""
    rows = [
        (
            spreadsheet_safe(b.place_id),
            b.place_kind,
            b.vessel_class,
            "learning" if b.learning else "known",
            b.days,
            b.days_unheard,
            *(f"{at:%Y-%m-%d}" if at else "" for at in (b.first, b.last)),
            *("" if v is None else f"{v:g}" for v in (b.ships, b.ships_spread, b.ships_most)),
            b.stays,
            *("" if v is None else f"{v:.1f}" for v in (b.stay_h, b.stay_spread_h)),
        )
        for b in baselines
    ]
    write_text(path, csv_text(AREA_COLUMNS, rows))


def write_apron_states(path: Path, states: Iterable[ApronState]) -> None:
    """Write `aprons.csv`, in the order given; figures are empty where nothing was observed.

    `outline_wkt` is the changed ground, OGC:CRS84.
    """
    rows = [
        (
            s.scene_id,
            utc_text(s.acquired_at),
            f"{s.sensor} (rendered)" if s.rendered else s.sensor,
            s.apron_id,
            s.change.value,
            *("" if v != v else f"{v:.0f}" for v in (s.changed_m2, s.filled_m2, s.cleared_m2)),
            "" if s.score != s.score else f"{s.score:.3f}",
            "yes" if s.confirmed else "",
            f"{s.usable:.3f}",
            s.reason,
            s.outline_wkt,
        )
        for s in states
    ]
    write_text(path, csv_text(APRON_COLUMNS, rows))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, indented, keys in the order given."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def spreadsheet_safe(text: str) -> str:
    """Return outside text that a spreadsheet will not run as a formula and a row cannot break."""
    clean = "".join(c if c.isprintable() else " " for c in text).strip()
    return "'" + clean if clean[:1] in ("=", "+", "-", "@") else clean


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with a heading; text from outside must have been made safe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
