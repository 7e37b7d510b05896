"""`monitor report`: the pages of what a store holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import ConfigOption, StoreOption, loaded, stored


def report(
    config: ConfigOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write into.")] = Path(
        "report-output"
    ),
    store: StoreOption = None,
) -> None:
    """Write the report of what a store holds: pages, map, berth plan, tables, feeds.

    The daemon writes the same by itself. OUT/report/index.html opens from disk, offline: where each
    watched ship is and since when, every berth and apron through time, every finding with its
    evidence, and what was not seen. On the demo: `monitor demo -o out`, then
    `monitor report -c demo --store out -o again`.
    """
    from monitor.cli.questions import now_of
    from monitor.watch.publish import publish

    wiring = loaded(config)
    with stored(config, store) as opened:
        published = publish(opened, wiring.brief, wiring.press, out, now=now_of(opened))
    typer.echo(f"report: {published.overview.resolve()}")
    typer.echo(f"map: {published.page.resolve()}")
