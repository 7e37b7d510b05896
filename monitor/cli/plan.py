"""`monitor plan`: the berth plan as a picture."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import AtOption, ConfigOption, StoreOption, instant, loaded, stored
from monitor.errors import InputError

_USUAL = timedelta(days=120)


def plan(
    config: ConfigOption,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The picture to write: .svg or .png.")
    ] = Path("berth_plan.svg"),
    store: StoreOption = None,
    at: AtOption = None,
    begin: Annotated[
        str | None,
        typer.Option("--from", help="Show from then, ISO 8601 (default: 120 days before)."),
    ] = None,
) -> None:
    """Draw the berth plan: quay metres against time, what AIS and images said drawn together.

    Solid is observed, dashed inferred, hatched grey not observed; docs/visual.md explains every
    mark. On the demo: `monitor demo -o out`, then `monitor plan -c demo --store out -o plan.png`.
    """
    from monitor.cli.questions import now_of
    from monitor.domain.window import TimeWindow
    from monitor.report.berth_plan import berth_plan
    from monitor.report.drawing import svg_text
    from monitor.report.drawing_png import png_of
    from monitor.report.files import out_file, write_bytes
    from monitor.store.looks import load_apron_states
    from monitor.watch.view import plan_shown, seen_from, shown_at

    if out.suffix not in (".svg", ".png"):
        raise InputError(f"{out}: name a file that ends in .svg or .png")
    out_file(out)
    wiring = loaded(config)
    with stored(config, store) as opened:
        end = instant(at, "--at") if at else now_of(opened)
        start = instant(begin, "--from") if begin else None
        if start is not None and start >= end:
            raise InputError("--from must come before the plan's end (--at)")
        shown = shown_at(
            opened,
            wiring.brief,
            title=wiring.settings.port.title,
            zone=wiring.settings.port.time_zone,
            key_area_id=wiring.key_area_id,
            as_of=end,
        )
        with opened.read() as connection:
            aprons = load_apron_states(connection, available_by=end)
    start = start or seen_from(shown.picture, end - _USUAL)
    if start >= end:
        raise InputError("the store holds nothing to show before that instant")
    drawing = berth_plan(
        plan_shown(
            shown.picture, shown.view, shown.sightings, aprons, TimeWindow(start=start, end=end)
        )
    )
    write_bytes(out, png_of(drawing) if out.suffix == ".png" else svg_text(drawing).encode())
    typer.echo(f"{out}: {start:%d %b %Y} to {end:%d %b %Y}", err=True)
