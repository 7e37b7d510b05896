"""`monitor findings`: the findings of a store, for people and for pipes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import (
    AtOption,
    ConfigOption,
    Format,
    FormatOption,
    StoreOption,
    instant,
    loaded,
    plain,
    show_table,
    stored,
)
from monitor.domain.finding import FindingKind, Severity, Status
from monitor.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.domain.finding import Finding
    from monitor.store.engine import Store
    from monitor.wiring import Wiring


class Loudness(StrEnum):
    """From which severity on."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


def findings(
    config: ConfigOption,
    store: StoreOption = None,
    at: AtOption = None,
    kind: Annotated[
        list[FindingKind] | None, typer.Option("--kind", help="Only this kind; may be repeated.")
    ] = None,
    status: Annotated[
        list[Status] | None, typer.Option("--status", help="Only these; may be repeated.")
    ] = None,
    severity: Annotated[
        Loudness, typer.Option("--severity", help="This loud and louder.")
    ] = Loudness.NOTICE,
    place: Annotated[
        str, typer.Option("--place", help="A place id or its beginning, as in tartus.berth.")
    ] = "",
    vessel: Annotated[str, typer.Option("--vessel", help="IMO number, MMSI, or a name.")] = "",
    since: Annotated[
        str | None, typer.Option("--since", help="Not over before then, ISO 8601, UTC.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Begun by then, ISO 8601, UTC.")
    ] = None,
    shape: FormatOption = Format.TABLE,
) -> None:
    """List findings, oldest first: what, when as far as it is known, how known, how sure.

    Retracted ones are listed too and say so; with --at the findings are those that were held for
    true then. Nothing quieter than `notice` is listed without --severity info. On the demo:
    `monitor demo -o out`, then `monitor findings -c demo --store out --vessel "sparta ii"`.
    """
    from monitor.report.export import findings_csv, findings_geojson

    first = instant(since, "--since") if since else None
    last = instant(until, "--until") if until else None
    if first and last and last < first:
        raise InputError("--since must come before --until")
    then = instant(at, "--at") if at else None
    wiring = loaded(config)
    with stored(config, store) as opened:
        known = _known(opened, wiring, then)
        chosen = [
            f
            for f in known
            if (not kind or f.kind in kind)
            and (not status or f.status in status)
            and f.severity.rank >= Severity(severity.value).rank
            and (f.place_id or "").startswith(place)
            and _is_of(f, vessel)
            and _spans(f, first, last)
        ]
        if shape is Format.GEOJSON:
            from monitor.cli.questions import shown_of

            view = shown_of(opened, wiring, then).view
            typer.echo(findings_geojson(chosen, view), nl=False)
            return
    if shape is Format.JSON:
        typer.echo(json.dumps([f.to_dict() for f in chosen], ensure_ascii=False, allow_nan=False))
    elif shape is Format.CSV:
        typer.echo(findings_csv(chosen), nl=False)
    else:
        _table(chosen, known)


def _known(opened: Store, wiring: Wiring, at: datetime | None) -> list[Finding]:
    from monitor.cli.questions import shown_of
    from monitor.detect.picture import in_order
    from monitor.store.derived import load_findings

    if at is None:
        with opened.read() as connection:
            return list(in_order(load_findings(connection)))
    return list(in_order(shown_of(opened, wiring, at).picture.findings))


def _table(chosen: Sequence[Finding], known: Sequence[Finding]) -> None:
    show_table(
        ("id", "began (UTC)", "ended", "how loud", "status", "basis", "sure", "what"),
        [
            (
                f.id[:8],
                _edge(f.start_earliest, f.start_latest),
                "" if f.status is Status.OPEN else _edge(f.end_earliest, f.end_latest),
                f.severity.value,
                f.status.value,
                f.basis.value,
                f.confidence,
                f.text,
            )
            for f in chosen
        ],
    )
    typer.echo(
        f"{len(chosen)} of {len(known)} findings; `monitor explain ID` says why, "
        "`monitor case ID` makes a file of one",
        err=True,
    )


def _is_of(finding: Finding, vessel: str) -> bool:
    if not vessel:
        return True
    if vessel.isdecimal():
        return int(vessel) in (finding.subject.imo, finding.subject.mmsi)
    return plain(vessel).casefold() == (finding.subject.name or "").casefold()


def _spans(finding: Finding, first: datetime | None, last: datetime | None) -> bool:
    begun = finding.start_earliest or finding.start_latest or finding.learned_at
    over = finding.end_latest or finding.start_latest
    ended = over if finding.status is not Status.OPEN else None
    return not (last and begun > last) and not (first and ended and ended < first)


def _edge(earliest: datetime | None, latest: datetime | None) -> str:
    from monitor.cli.questions import edge_text

    return edge_text(earliest, latest)
