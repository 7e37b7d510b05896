"""`monitor alerts`, `ack`, `silence` and `send-test`: what is told, and a say in it."""

from __future__ import annotations

import getpass
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import (
    ConfigOption,
    JsonOption,
    StoreOption,
    instant,
    loaded,
    show_table,
    stored,
)
from monitor.errors import ConfigError, InputError

if TYPE_CHECKING:
    from monitor.wiring import Wiring

silence_app = typer.Typer(
    no_args_is_help=True,
    help="Keep quiet about what matches and happens in a time, and say who asked for it and why.",
)
ByOption = Annotated[
    str | None, typer.Option("--by", help="Who says so (default: the user logged in).")
]
CommentOption = Annotated[str, typer.Option("--comment", "-m", help="Why.")]
_COLUMNS = ("since", "target", "outcome", "why", "news", "delivery", "finding", "revision", "text")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def alerts(
    config: ConfigOption,
    target: Annotated[list[str] | None, typer.Option(help="Only these channels.")] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="Only these: told, held, dropped, not_told.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="From then on, ISO 8601.")] = None,
    limit: Annotated[int, typer.Option(help="The last so many; 0 for all.", min=0)] = 50,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what would be sent now instead, and send nothing."),
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what was told, what is held, what was not told, and why.

    told: a message was queued (its delivery is beside it). held: may still be told; why says what
    holds it. dropped: silenced, or nothing was left to tell. not_told: the channel does not want
    it. `monitor explain FINDING` has the whole story of one.

    Examples:

      monitor alerts -c tartus.toml --outcome held

      monitor alerts -c tartus.toml --dry-run --json | jq '.[].body'
    """
    from monitor.clock import SystemClock
    from monitor.watch.alerts import OUTCOMES, alerts_of, would_send

    wrong = sorted(set(outcome or ()) - set(OUTCOMES))
    if wrong:
        raise InputError(f"--outcome: no {wrong[0]!r}; there are: {', '.join(OUTCOMES)}")
    after = instant(since, "--since") if since else None
    with stored(config, store) as opened:
        if dry_run:
            wiring = loaded(config)
            rows = would_send(
                opened,
                wiring.routes(replaying=store is not None),
                voice=wiring.voice,
                now=SystemClock().now(),
            )
        else:
            rows = alerts_of(
                opened,
                targets=target or (),
                outcomes=outcome or (),
                since=after,
                limit=limit or None,
            )
    if dry_run:
        rows = [row for row in rows if not target or row["target"] in target]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=True, indent=2))
    elif dry_run:
        shown = ("target", "when", "finding", "revision")
        show_table(
            (*shown, "message"),
            [(*_cells(row, shown), json.dumps(row["body"], ensure_ascii=False)) for row in rows],
        )
    else:
        show_table(_COLUMNS, [_cells(row, _COLUMNS) for row in rows])
    if not rows:
        typer.echo("nothing would be sent now" if dry_run else "nothing to show", err=True)


def ack(
    config: ConfigOption,
    finding: Annotated[str, typer.Argument(help="Id of a finding, or its first digits.")],
    by: ByOption = None,
    comment: CommentOption = "",
) -> None:
    """Say that you have taken note of a finding: no reminder and no escalation of it follows.

    It holds for the finding as it is now. When it changes, that is told and counts anew.

    Example: monitor ack 61b2ff -c tartus.toml -m "called the agent"
    """
    from monitor.clock import SystemClock
    from monitor.watch.alerts import acknowledge

    with stored(config) as opened:
        said = acknowledge(
            opened, finding, author=_author(by), comment=comment, now=SystemClock().now()
        )
    typer.echo(f"{said.finding_id} revision {said.revision} acknowledged by {said.author}")


@silence_app.command("add")
def silence_add(
    config: ConfigOption,
    matchers: Annotated[
        list[str],
        typer.Argument(
            help="Conditions that must all hold: key=value[,value] or key!=value. Keys: kind, "
            "place, vessel, severity, basis, confidence, finding, target."
        ),
    ],
    lasts: Annotated[
        str | None, typer.Option("--for", help="How long: 90m, 6h, 3d, 2w.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Or until then, ISO 8601.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="From then on, ISO 8601 (default: now).")
    ] = None,
    by: ByOption = None,
    comment: CommentOption = "",
) -> None:
    """Silence what matches and happened in a time, however late it is learned.

    What surely happened between --from and the end is silenced; what may have happened outside is
    told. That what was told before is wrong is always told. A place stands for all within it.

    Examples:

      monitor silence add kind=arrived,departed vessel=9160994 --for 2d -m "known transfer"

      monitor silence add place=tartus.berth.b1 --from 2025-02-01 --until 2025-02-08 -m dredging
    """
    from monitor.clock import SystemClock
    from monitor.domain.window import utc_text
    from monitor.watch.alerts import silence

    now = SystemClock().now()
    begins = instant(start, "--from") if start else now
    if (lasts is None) == (until is None):
        raise InputError("say when it ends: --for 6h, or --until 2025-02-01T12:00Z")
    end = instant(until, "--until") if until else begins + _duration(lasts or "")
    with stored(config) as opened:
        made = silence(
            opened,
            matchers,
            start=begins,
            end=end,
            author=_author(by),
            comment=comment,
            now=now,
        )
    typer.echo(
        f"{made.id}: silent about {' and '.join(made.matchers)} from {utc_text(made.start)} to "
        f"{utc_text(made.end)}; end it by `monitor silence expire {made.id}`"
    )


@silence_app.command("list")
def silence_list(
    config: ConfigOption,
    every: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the silences that last or are to come."""
    from monitor.clock import SystemClock
    from monitor.watch.alerts import silences

    with stored(config, store) as opened:
        rows = silences(opened, now=SystemClock().now(), every=every)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=True, indent=2))
        return
    columns = ("id", "state", "matchers", "start", "end", "by", "comment")
    show_table(columns, [_cells({**r, "matchers": " ".join(r["matchers"])}, columns) for r in rows])


@silence_app.command("expire")
def silence_expire(
    config: ConfigOption,
    silence: Annotated[str, typer.Argument(help="Id of a silence, or its first digits.")],
) -> None:
    """End a silence now. What it silenced so far stays untold; `monitor alerts` lists it."""
    from monitor.clock import SystemClock
    from monitor.watch.alerts import end_silence

    with stored(config) as opened:
        ended = end_silence(opened, silence, now=SystemClock().now())
    typer.echo(f"{ended} ended")


def send_test(
    config: ConfigOption,
    channel: Annotated[str, typer.Argument(help="Name of a channel of the settings.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the message and send nothing.")
    ] = False,
) -> None:
    """Send one test message through a channel, now and once.

    A channel that was closed because its address or key was no good is opened again when the test
    arrives, and what it is owed follows. Exit code 1 if the test was not taken.
    """
    from monitor.alerts.bundle import trial_payload
    from monitor.clock import SystemClock

    wiring = loaded(config)
    item = next((c for c in wiring.settings.channels if c.name == channel), None)
    if item is None:
        known = ", ".join(c.name for c in wiring.settings.channels) or "none"
        raise InputError(f"no channel {channel!r} in {wiring.path}; there are: {known}")
    now = SystemClock().now()
    body = trial_payload(item.kind, target=channel, now=now)
    if dry_run:
        typer.echo(json.dumps(body, ensure_ascii=True, indent=2))
        return
    missing = wiring.missing_secrets(item)
    if missing:
        raise ConfigError(f"channel {channel!r}: {missing[0]} is not set in the environment")
    _send_test(wiring, channel, body, now)


def _send_test(wiring: Wiring, channel: str, body: dict[str, Any], now: datetime) -> None:
    from monitor.alerts.decide import notice_id
    from monitor.domain.window import to_ms
    from monitor.errors import MonitorError
    from monitor.store.engine import open_store
    from monitor.store.outbox import open_target, scrubbed

    item = next(c for c in wiring.settings.channels if c.name == channel)
    made = wiring.channel(item)
    try:
        receipt = made.send(body, message_id=notice_id("test", to_ms(now), channel), attempt_at=now)
    except MonitorError as exc:
        typer.echo(f"monitor: {channel}: the test was not taken: {scrubbed(str(exc))}", err=True)
        raise typer.Exit(1) from None
    said = f" as {receipt.remote_id}" if receipt.remote_id else ""
    typer.echo(f"{channel}: taken{said}, status {receipt.status}")
    path = wiring.locate(wiring.settings.store.path)
    if not path.exists():
        return
    opened = open_store(path)
    try:
        with opened.begin() as connection:
            if open_target(connection, channel):
                typer.echo(f"{channel} was closed and is open again; what it is owed follows")
    finally:
        opened.close()


def _author(by: str | None) -> str:
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5}(?:\.\d{1,3})?)([mhdw])", text.strip())
    if not found or not float(found[1]):
        raise InputError(f"--for: {text!r} is no length of time; write 90m, 6h, 3d or 2w")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def _cells(row: dict[str, Any], columns: tuple[str, ...]) -> list[str]:
    return ["" if row[key] is None else str(row[key]) for key in columns]
