"""Imports: speed as ratios to a bare executemany and to a plain pyais loop, and peak memory.

Stamped logs are the AISHub sample again and again, each time an hour later; tables for the memory
test are the MarineCadastre sample with shifted times and MMSIs. `--quick` takes a tenth of each.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.data import shared
from benchmarks.nmea import plain_loop
from monitor.batch.import_ais import (
    ImportPlan,
    import_groups,
    import_into_archive,
    import_into_store,
)
from monitor.domain.positions import PositionColumns
from monitor.store.engine import open_store
from monitor.store.observations import PUT_POSITION

FIRST_S = 1_736_467_200
LEAST_SPEED_OF_BARE = 0.9
LEAST_SPEED_OF_PYAIS = 2.0
MOST_MEMORY_MB = 400
CHILD = """
import contextlib, pathlib, sys
from monitor.cli import main
with contextlib.suppress(SystemExit):
    main()
status = pathlib.Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


def logs(bare: Path, stamped: Path, times: int) -> None:
    """Write the AISHub sample `times` times over, bare and with stamps: an hour to each turn."""
    lines = shared("data", "ais", "nmea", "aishub_nmea-sample_85194.txt").read_bytes().splitlines()
    with bare.open("wb") as plain, stamped.open("wb") as log:
        for turn in range(times):
            first = FIRST_S + turn * 3600
            log.writelines(b"%d %s\n" % (first + i // 24, line) for i, line in enumerate(lines))
            plain.writelines(line + b"\n" for line in lines)


def table(path: Path, rows: int, *, days: int) -> None:
    """Write the MarineCadastre sample over and over: later each time, and other ships.

    A ship reports 30 times an hour, as in a thinned archive, so there are more of them the more
    rows fall into a day.
    """
    sample = shared("data", "ais", "feeds", "marinecadastre_noaa_20230111_sample.csv")
    header, *lines = sample.read_text().splitlines()
    cells = [line.split(",", 2) for line in lines]
    parts = [(int(mmsi), rest) for mmsi, _, rest in cells]
    turns = rows // len(parts)
    fleets = max(rows // len(parts) // (days * 24 * 30), 1)
    with path.open("w") as file:
        file.write(header + "\n")
        for turn in range(turns):
            at = np.datetime64("2023-01-11T00:00:00") + turn * days * 86_400 // turns
            file.writelines(f"{mmsi + turn % fleets},{at},{rest}\n" for mmsi, rest in parts)


def rows_of(positions: PositionColumns) -> list[tuple[object, ...]]:
    """Return the parameters of the store's INSERT."""
    columns = [
        positions.mmsi, positions.time_ms, np.rint(positions.lon * 1e7).astype(np.int64),
        np.rint(positions.lat * 1e7).astype(np.int64), positions.received_ms,
        positions.sog_kn.astype(np.float64), positions.cog_deg.astype(np.float64),
        positions.heading_deg.astype(np.float64), positions.nav_status,
        positions.precision_m.astype(np.float64), np.zeros(len(positions), np.int64),
    ]  # fmt: skip
    return list(zip(*(column.tolist() for column in columns), strict=True))


def quiet(**_: object) -> None:
    """Take no notice of progress."""


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Return how long something took, seconds by the clock and of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - began, time.process_time() - worked


def best(times: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the shortest time by the clock and of the processor, of several turns."""
    return min(clock for clock, _ in times), min(worked for _, worked in times)


def against_executemany(file: Path, folder: Path) -> None:
    """Print the store's speed as a ratio to the same INSERT of the same groups of rows."""
    plan = ImportPlan(files=[file])
    groups = [group.positions for group in import_groups(file, plan)]
    told: dict[str, list[tuple[float, float]]] = {}
    for turn in range(3):
        for name, ready in (
            ("bare, as read", [rows_of(group) for group in groups]),
            ("bare, sorted", [rows_of(group.canonical()) for group in groups]),
            ("ours", None),
        ):
            store = open_store(folder / f"{name}-{turn}.db")

            def bare(rows: list[list[tuple[object, ...]]], store=store) -> None:  # noqa: ANN001
                for group in rows:
                    with store.begin() as connection:
                        connection.exec_driver_sql(PUT_POSITION, group)

            took = (
                timed(lambda store=store: import_into_store(store, plan, quiet))
                if ready is None
                else timed(lambda ready=ready, bare=bare: bare(ready))
            )
            told.setdefault(name, []).append(took)
            store.close()
    least = {name: best(times) for name, times in told.items()}
    count = sum(map(len, groups))
    (read, read_cpu), (fit, _), (ours, ours_cpu) = least.values()
    print(
        f"store: {count} positions at {count / ours:,.0f}/s, file to commit; {read / ours:.2f} × a "
        f"bare executemany of the rows as read ({read_cpu / ours_cpu:.2f} × in processor time), "
        f"{fit / ours:.2f} × of the rows sorted beforehand "
        f"(at least {LEAST_SPEED_OF_BARE} × the first wanted)"
    )


def against_pyais(bare: Path, file: Path, folder: Path) -> None:
    """Print the archive's speed as a ratio to decoding every message and keeping nothing."""
    lines = sum(1 for _ in file.open("rb"))
    plan = ImportPlan(files=[file])
    loops, imports = [], []
    for turn in range(3):  # in turns, so that what else the machine does falls on both
        loops.append(timed(lambda: plain_loop(bare)))
        into = folder / f"archive-{turn}"
        imports.append(timed(lambda into=into: import_into_archive(into, plan, quiet)))
    (loop, loop_cpu), (ours, ours_cpu) = best(loops), best(imports)
    print(
        f"archive: {lines} lines at {lines / ours:,.0f}/s, file to GeoParquet; {loop / ours:.2f} × "
        f"a plain pyais loop, {loop_cpu / ours_cpu:.2f} × in processor time "
        f"(at least {LEAST_SPEED_OF_PYAIS} × wanted)"
    )


def peak_memory(folder: Path, rows: int, *, days: int, into: str) -> None:
    """Print the most memory an import of so many rows took, in a process of its own."""
    file = folder / "table.csv"
    table(file, rows, days=days)
    if into == "store":
        config = folder / "port.toml"
        config.write_text(
            f'[port]\naoi = "{Path("aoi/tartus.geojson").resolve()}"\n[store]\npath = "m.db"\n'
        )
        where = ["-c", str(config)]
    else:
        where = ["--archive", str(folder / f"m-{rows}-{days}")]
    began = time.perf_counter()
    # The peak of its own memory: what a parent held when it forked is no part of it.
    done = subprocess.run(
        [sys.executable, "-c", CHILD, "import", "ais", *where, str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    took = time.perf_counter() - began
    file.unlink()
    print(
        f"memory: {rows:,} rows over {days} day(s) into the {into}: "
        f"{int(done.stdout.split()[-1]) // 1024} MB at most, {rows / took:,.0f} rows/s "
        f"(below {MOST_MEMORY_MB} MB wanted)",
        flush=True,
    )


def main() -> None:
    """Print both ratios and the memory of small and large imports."""
    size = 10 if "--quick" in sys.argv else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare, log = folder / "bare.nmea", folder / "log.nmea"
        logs(bare, log, 20 // size)
        against_pyais(bare, log, folder)
        against_executemany(log, folder)
        for rows, days, into in (
            (2_000_000, 1, "archive"),
            (20_000_000, 1, "archive"),
            (20_000_000, 28, "archive"),
            (2_000_000, 1, "store"),
        ):
            peak_memory(folder, rows // size, days=days, into=into)


if __name__ == "__main__":
    main()
