"""What the commands share: options, the way to settings and store, instants, progress."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.batch.import_ais import Progress as ByteProgress
    from monitor.store.engine import Store
    from monitor.wiring import Wiring

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        help="Settings file (TOML), or the name of a bundled one: demo, tartus.",
        show_default=False,
    ),
]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store",
        help="Store to read instead of the settings' own, or the folder a demo or replay wrote.",
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", help="Instant, ISO 8601, UTC: answer with what was known then."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    GEOJSON = "geojson"


FormatOption = Annotated[
    Format,
    typer.Option("--format", "-f", help="A table (tab-separated on a pipe), or for programs."),
]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="Folder to write into.")]
AoiOption = Annotated[
    str,
    typer.Option(
        "--aoi",
        help="GeoJSON of areas, or the name of a bundled one: tartus, latakia, novorossiysk.",
    ),
]


def loaded(config: Path) -> Wiring:
    """Read settings: a file's, or those that came with the program under that name."""
    from monitor.bundled import bundled
    from monitor.wiring import Wiring

    if not config.suffix and len(config.parts) == 1 and not config.exists():
        try:
            config = bundled("config", f"{config}.toml")
        except InputError:
            hint = _bundled_hint(str(config), "config", ".toml")
            raise InputError(f"{config}: neither a file nor bundled settings; {hint}") from None
    return Wiring.load(config)


@contextmanager
def stored(config: Path, path: Path | None = None) -> Iterator[Store]:
    """Open the store of the settings, or the one at `path`, or in that folder.

    Raises:
        InputError: There is none.
    """
    from monitor.store.engine import open_store
    from monitor.wiring import open_configured_store

    wiring = loaded(config)
    own = wiring.locate(wiring.settings.store.path)
    if path is not None and path.is_dir():
        path = path / "monitor.db"
    if not (path or own).exists():
        made = "`monitor replay -o FOLDER` makes one" if path else "`monitor run` makes it"
        raise InputError(f"no store at {path or own}; {made}, or name another with --store")
    store = open_store(path) if path is not None else open_configured_store(wiring)
    try:
        yield store
    finally:
        store.close()


def aoi_path(text: str) -> Path:
    """Return the file of areas a path or a bundled name stands for."""
    from monitor.bundled import bundled

    path = Path(text)
    if path.exists() or (path.suffix and len(path.parts) > 1):
        return path
    try:
        return bundled("aoi", f"{text}.geojson")
    except InputError:
        hint = _bundled_hint(text, "aoi", ".geojson")
        raise InputError(f"{text}: neither a file nor a bundled area file; {hint}") from None


def _bundled_hint(text: str, folder: str, suffix: str) -> str:
    """Return which file that came with the program may be meant."""
    from monitor.bundled import bundled

    names = sorted(p.stem for p in bundled(folder).glob(f"*{suffix}"))
    near = difflib.get_close_matches(Path(text).stem.casefold(), names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"bundled are: {', '.join(names)}"


def instant(text: str, option: str) -> datetime:
    """Read an instant a user typed."""
    from monitor.domain.window import parse_utc

    try:
        return parse_utc(text)
    except ValueError as exc:
        raise InputError(f"{option}: {text!r} is not an ISO 8601 date or time") from exc


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a progress bar on stderr where that is a terminal; say nothing where it is not."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int, item: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{what} {plain(item)[:40]}")

        yield update


@contextmanager
def byte_progress_bar(what: str) -> Iterator[ByteProgress]:
    """Show bytes and rows a second on stderr: as a bar, or a line now and then on a pipe."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
        TimeRemainingColumn(),
    )
    began = last = time.monotonic()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None, speed="")

        def update(*, done_bytes: int, all_bytes: int, rows: int, what: str) -> None:
            nonlocal last
            now = time.monotonic()
            speed = f"{rows / max(now - began, 0.001):,.0f} rows/s"
            text = f"importing {plain(what)[:40]}"
            bar.update(task, completed=done_bytes, total=all_bytes, description=text, speed=speed)
            if not console.is_terminal and now - last >= _LINE_EVERY_S:
                last = now
                share = 100 * done_bytes / max(all_bytes, 1)
                typer.echo(f"{text}: {share:.0f} %, {rows} rows, {speed}", err=True)

        yield update


_LINE_EVERY_S = 5.0
"""Between two lines of progress where there is no terminal."""


def plain(text: str) -> str:
    """Return text that cannot steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV with a heading, none of whose cells a spreadsheet would run."""
    from monitor.report import files

    return files.csv_text(columns, ([files.spreadsheet_safe(c) for c in row] for row in rows))


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on a terminal, and tab-separated lines with a heading where it is piped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[plain(cell) for cell in row] for row in rows]
    console = Console()
    if not console.is_terminal:
        for row in ([*headings], *cells):
            typer.echo("\t".join(row))
        return
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
