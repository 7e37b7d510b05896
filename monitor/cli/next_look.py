"""`monitor next`: when the next image of the port may be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import ConfigOption, StoreOption, instant, loaded, plain, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.detect.next_look import NextLook

_HEADINGS = ("port", "at_utc", "spread_min", "sensor", "orbit", "kind", "image_by_utc", "cycle_d",
             "passes_seen", "missed")  # fmt: skip


def next_passes(
    config: ConfigOption,
    store: StoreOption = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Predict as of then, ISO 8601 (default: now).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Predict the next satellite passes over the port from the scenes stored so far.

    A pass is predicted where at least four of its orbit were seen to repeat after whole days. On
    a pipe the table is tab-separated.
    """
    from monitor.clock import SystemClock
    from monitor.detect.outlook import outlook_of
    from monitor.store.observations import load_scenes

    wiring = loaded(config)
    as_of = instant(at, "--at") if at else SystemClock().now()
    with stored(config, store) as opened, opened.read() as connection:
        scenes = tuple(load_scenes(connection, available_by=as_of))
    criteria = wiring.brief.criteria.outlook
    outlook = outlook_of(scenes, wiring.gazetteer, as_of=as_of, criteria=criteria)
    rows = [(port, look) for port, looks in outlook.looks.items() for look in looks]
    rows.sort(key=lambda r: (r[1].at, r[0], r[1].sensor, r[1].orbit))
    if as_json:
        import json

        from monitor.detect.reach import look_json

        typer.echo(json.dumps([{"port": port, **look_json(look)} for port, look in rows]))
        return
    _show(rows)
    if not rows:
        typer.echo(
            f"no pass can be predicted from {len(scenes)} scenes: an orbit must have been seen at "
            "least four times, in steps of whole days",
            err=True,
        )


def _show(rows: Sequence[tuple[str, NextLook]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [_cells(port, look) for port, look in rows]
    console = Console()
    if not console.is_terminal:
        for line in (_HEADINGS, *cells):
            typer.echo("\t".join(plain(cell) for cell in line))
        return
    table = Table(box=None, pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, no_wrap=True)
    for line in cells:
        table.add_row(*(Text(plain(cell)) for cell in line))
    console.print(table)


def _cells(port: str, look: NextLook) -> tuple[str, ...]:
    from monitor.detect.reach import look_json

    said = look_json(look)
    return (
        port,
        said["at"],
        f"{said['spread_min']:g}",
        look.sensor,
        str(look.orbit),
        look.modality.value,
        said["available_by"] if look.delay_known else "?",
        str(look.cycle_days),
        str(look.passes),
        str(look.missed),
    )
