"""An analyst's questions: `monitor status`, `monitor who`, `monitor history`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import (
    AtOption,
    ConfigOption,
    Format,
    FormatOption,
    JsonOption,
    StoreOption,
    csv_text,
    instant,
    loaded,
    plain,
    show_table,
    stored,
)
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.domain.window import Edge
    from monitor.report.aprons import ApronStatus
    from monitor.report.status import BerthStatus, ShipStatus
    from monitor.store.engine import Store
    from monitor.watch.view import Shown
    from monitor.wiring import Wiring


def status(
    config: ConfigOption,
    store: StoreOption = None,
    at: AtOption = None,
    every_berth: Annotated[
        bool, typer.Option("--all", help="List free and unobserved berths too.")
    ] = False,
    shape: FormatOption = Format.TABLE,
    as_json: JsonOption = False,
) -> None:
    """Say where each watched ship is and how each berth and apron stands, since when, how known.

    With --at the answer is what was known then, not what became known later. On the demo:
    `monitor demo -o out`, then `monitor status -c demo --store out --at 2025-01-23`.
    """
    from monitor.detect.baselines import berth_baselines
    from monitor.report.aprons import apron_statuses
    from monitor.report.status import berth_statuses, ship_statuses
    from monitor.report.usual_words import area_dict, area_text

    shown = _shown(config, store, at)
    usual = berth_baselines(shown.picture.usual.pasts, as_of=shown.view.as_of)
    ships, berths = ship_statuses(shown.view), berth_statuses(shown.view, usual)
    aprons = apron_statuses(shown.view)
    if as_json or shape is Format.JSON:
        typer.echo(
            json.dumps(
                {
                    "as_of": shown.view.as_of.isoformat(),
                    "ships": [s.to_dict() for s in ships],
                    "berths": [b.to_dict() for b in berths],
                    "areas": [area_dict(a) for a in shown.areas],
                    "aprons": [a.to_dict() for a in aprons],
                },
                ensure_ascii=False,
            )
        )
        return
    if shape is not Format.TABLE:
        _pipe(shape, shown, [*ships, *berths, *aprons])
        return
    typer.echo(f"As of {_minute(shown.view.as_of)} UTC, by what had reached the store.\n")
    lost = {v.imo: v.lost_at for v in loaded(config).watch.vessels if v.lost_at}
    show_table(
        ("ship", "where", "since (UTC)", "place", "basis", "sure", "last AIS", "nmi", "note"),
        [_ship_cells(s, lost.get(s.identity.imo)) for s in ships if s.where != "not received"],
    )
    unheard = [plain(s.identity.name) for s in ships if s.where == "not received"]
    if unheard:
        typer.echo(f"\nNo AIS received: {', '.join(unheard)}.")
    if not ships:
        typer.echo("No ship is watched: port.watchlist in the settings names a list.")
    listed = [b for b in berths if every_berth or b.state.value.startswith("occupied")]
    typer.echo("")
    if listed:
        show_table(
            ("berth", "state", "since (UTC)", "usual", "how known"),
            [_berth_cells(b) for b in listed],
        )
    counted = sorted({b.state for b in berths}, key=lambda s: s.value)
    typer.echo(
        f"\n{len(berths)} berths: "
        + ", ".join(f"{sum(b.state is s for b in berths)} {s.value}" for s in counted)
        + ("" if every_berth else " (--all lists every one)")
    )
    for area in shown.areas:
        if area.vessel_class == "all":
            typer.echo(f"usual by AIS: {plain(area_text(area))}")
    if aprons:
        typer.echo("")
        show_table(
            ("apron", "state", "since (UTC)", "last look", "not seen"),
            [_apron_cells(a) for a in aprons],
        )


def _pipe(
    shape: Format, shown: Shown, statuses: Sequence[ShipStatus | BerthStatus | ApronStatus]
) -> None:
    """Print one row or feature for each ship, berth and apron."""
    from monitor.report.export import status_features, status_rows

    rows = status_rows(statuses, shown.view)
    if shape is Format.GEOJSON:
        body = status_features(rows, shown.view)
        typer.echo(json.dumps(body, ensure_ascii=False, allow_nan=False))
        return
    columns = tuple(rows[0]) if rows else ("what",)
    cells = [["" if v is None else str(v) for v in row.values()] for row in rows]
    typer.echo(csv_text(columns, cells), nl=False)


def who(
    berth: Annotated[str, typer.Argument(help="Berth id, or a part that fits one only.")],
    config: ConfigOption,
    at: AtOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who lay at a berth at an instant: by AIS, by image, and which silent ship fits.

    All that has reached the store until now counts, also what was learned after that instant.
    """
    from monitor.detect.baselines import berth_baselines
    from monitor.report.usual_words import baseline_dict, baseline_text, stay_text
    from monitor.report.who import who_lay_at

    shown = _shown(config, store, None)
    when = instant(at, "--at") if at else shown.view.as_of
    berth_id = _one(berth, [b.id for b in shown.view.gazetteer.berths], "berth")
    answer = who_lay_at(
        berth_id,
        when,
        visits=shown.picture.visits,
        states=shown.states,
        sightings=shown.sightings,
        findings=shown.picture.findings,
        register=shown.picture.register,
    )
    usual = [
        b for b in berth_baselines(shown.picture.usual.pasts, as_of=when) if b.berth_id == berth_id
    ]
    if as_json:
        body = {**answer.to_dict(), "usual": [baseline_dict(b) for b in usual]}
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(f"{berth_id} at {_minute(when)} UTC: {answer.said}")
    for ship in answer.ships:
        typer.echo(f"  {plain(ship.ship)}: {ship.how}, {ship.sure}; {ship.note}")
    for word, look in (("before", answer.before), ("after", answer.after)):
        if look is None:
            typer.echo(f"  image {word}: none that could be judged")
            continue
        typer.echo(
            f"  image {word}: {_minute(look.acquired_at)} UTC {plain(look.sensor)}, "
            f"{look.state.value} (score {look.score:.2f}) {plain(look.reason)}".rstrip()
        )
    for look in answer.blind:
        typer.echo(
            f"  not judged: {_minute(look.acquired_at)} UTC {plain(look.sensor)}, "
            f"{plain(look.reason)}"
        )
    for seen in answer.sightings:
        typer.echo(
            f"  length seen on {_minute(seen.acquired_at)} UTC: "
            f"{seen.length_m:.0f} m, give or take {seen.length_error_m:.0f} m"
        )
    for line in usual:
        typer.echo(f"  usual before, by {plain(baseline_text(line))}")
    if usual and stay_text(usual[0]):
        typer.echo(f"  {stay_text(usual[0])}")


def history(
    vessel: Annotated[str, typer.Argument(help="IMO number, MMSI, or name.")],
    config: ConfigOption,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what is known of one ship through time: names, stays, findings, silences."""
    from monitor.report.ship_history import known_ships, ship_events

    shown = _shown(config, store, None)
    picture = shown.picture
    found = known_ships(vessel, picture.register, picture.register.watch)
    numbers_of = {(s.imo or s.mmsi) for s in found}
    if not found:
        raise InputError(
            f"no ship {plain(vessel)!r} near the port or on the watch list; try her IMO number"
        )
    if len(numbers_of) > 1:
        named = ", ".join(f"{plain(s.name)} (IMO {s.imo}, MMSI {s.mmsi})" for s in found[:8])
        raise InputError(f"{plain(vessel)!r} may be any of: {named}; give the IMO number or MMSI")
    imo, numbers = found[0].imo, frozenset(s.mmsi for s in found if s.mmsi)
    events = ship_events(
        numbers,
        imo,
        findings=picture.findings,
        visits=picture.visits,
        silences=picture.silences,
    )
    rows = picture.tracks.rows
    own = sum(int((rows.mmsi == mmsi).sum()) for mmsi in numbers)
    if as_json:
        body = {
            "name": plain(found[0].name),
            "imo": imo,
            "mmsis": sorted(numbers),
            "positions": own,
            "events": [e.to_dict() for e in events],
        }
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    typer.echo(
        f"{plain(found[0].name)}, IMO {imo or 'not known'}, MMSI "
        f"{', '.join(map(str, sorted(numbers))) or 'not known'}: {own} positions received"
    )
    show_table(
        ("from (UTC)", "to", "what", "where", "how", "note"),
        [
            (
                _minute(e.earliest),
                _minute(e.latest) if e.latest else "open",
                e.what,
                e.place_id or "",
                e.how,
                e.note,
            )
            for e in events
        ],
    )


def _shown(config: Path, store: Path | None, at: str | None) -> Shown:
    wiring = loaded(config)
    with stored(config, store) as opened:
        return shown_of(opened, wiring, instant(at, "--at") if at else None)


def shown_of(store: Store, wiring: Wiring, at: datetime | None) -> Shown:
    """Return what was known at an instant, by default at the one the store speaks for."""
    from monitor.watch.view import shown_at

    return shown_at(
        store,
        wiring.brief,
        title=wiring.settings.port.title,
        zone=wiring.settings.port.time_zone,
        key_area_id=wiring.key_area_id,
        as_of=at or now_of(store),
    )


def now_of(store: Store) -> datetime:
    """Return the instant a store speaks for: where its replay ended, else now."""
    from monitor.clock import SystemClock
    from monitor.watch.replay import told_until

    return told_until(store) or SystemClock().now()


def _one(text: str, names: Sequence[str], what: str) -> str:
    if text in names:
        return text
    fitting = [n for n in names if text.casefold() in n.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise InputError(f"no {what} {plain(text)!r}; `monitor status --all` lists them")
    raise InputError(f"{what} {plain(text)!r} may be {', '.join(fitting[:8])}; write more of it")


def _ship_cells(ship: ShipStatus, lost_at: datetime | None) -> tuple[str, ...]:
    from monitor.report.summary import can_both_be

    notes = [f"lost about {lost_at:%d %b %Y} by the watch list"] if lost_at else []
    if ship.silent is not None:
        notes.append(f"no AIS received since {_minute(ship.silent.start_latest)}")
    notes += [f"fits a vessel without AIS at {f.place_id}" for f in ship.fits if f.status == "open"]
    notes += [
        f"{f.basis.value} says: left {edge_text(f.start_earliest, f.start_latest)}, "
        + ("both can be true" if can_both_be(f, ship.finding) else "which contradicts it")
        for f in ship.also
        if ship.finding is not None
    ]
    finding = ship.finding
    return (
        ship.identity.name or f"MMSI {ship.identity.mmsi}",
        ship.where,
        _edge(ship.since),
        ship.place_id or "",
        finding.basis.value if finding else "",
        finding.confidence if finding else "",
        _minute(ship.last_heard) if ship.last_heard else "none",
        "" if ship.last_heard_nm is None else f"{ship.last_heard_nm:.1f}",
        "; ".join(notes),
    )


def _berth_cells(berth: BerthStatus) -> tuple[str, ...]:
    from monitor.report.usual_words import usual_text

    return (
        berth.berth_id,
        berth.state.value,
        _edge(berth.since),
        usual_text(berth.baselines),
        "; ".join(berth.evidence),
    )


def _apron_cells(apron: ApronStatus) -> tuple[str, ...]:
    from monitor.report.aprons import look_text

    blind = apron.unusable
    return (
        apron.apron_id,
        apron.state,
        "" if apron.since.earliest is apron.since.latest is None else _edge(apron.since),
        look_text(apron.last_look) if apron.last_look else "none could be judged",
        f"{_minute(blind.acquired_at)}: {blind.reason}" if blind else "",
    )


def _edge(edge: Edge) -> str:
    return edge_text(edge.earliest, edge.latest)


def edge_text(earliest: datetime | None, latest: datetime | None) -> str:
    """Return an interval as short as a table needs it."""
    if earliest and latest and earliest != latest:
        return f"{_minute(earliest)} .. {_minute(latest)}"
    if latest is None:
        return f"after {_minute(earliest)}" if earliest else ""
    return _minute(latest) if earliest else f"by {_minute(latest)}"


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "?"
