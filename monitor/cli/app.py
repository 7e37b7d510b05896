"""The command line. Heavy imports wait until a command needs them: `--help` must be quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli import questions
from monitor.cli.alerts import ack, alerts, send_test, silence_app
from monitor.cli.case import case
from monitor.cli.diff import diff
from monitor.cli.explain import explain
from monitor.cli.findings import findings
from monitor.cli.next_look import next_passes
from monitor.cli.plan import plan
from monitor.cli.report import report
from monitor.cli.shared import (
    AoiOption,
    ConfigOption,
    OutOption,
    aoi_path,
    byte_progress_bar,
    instant,
    loaded,
    plain,
    progress_bar,
    stored,
)
from monitor.errors import ConfigError, InputError, MonitorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.batch.import_ais import Imported, ImportPlan
    from monitor.batch.import_ais import Progress as ByteProgress
    from monitor.domain.finding import Finding
    from monitor.store.engine import Store
    from monitor.watch.replay import ReplayPlan
    from monitor.wiring import Wiring

app = typer.Typer(
    name="monitor",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Watch a port by AIS and satellite: who waits outside, who came in, which berth is "
        "taken, and what was not seen. Start with `monitor demo`."
    ),
)
aoi_app = typer.Typer(no_args_is_help=True, help="Check and look at a file of areas.")
outbox_app = typer.Typer(no_args_is_help=True, help="See and mend what is owed to the channels.")
import_app = typer.Typer(no_args_is_help=True, help="Take in files of history.")
app.add_typer(import_app, name="import")
app.add_typer(aoi_app, name="aoi")
app.add_typer(outbox_app, name="outbox")
for question in (questions.status, questions.who, questions.history):
    app.command()(question)
app.command("next")(next_passes)
app.command()(findings)
app.command()(case)
app.command()(plan)
app.command()(report)
app.command()(explain)
app.command()(alerts)
app.command()(ack)
app.add_typer(silence_app, name="silence")
app.command("send-test")(send_test)
app.command()(diff)


def main() -> None:
    """Run the command line; errors meant for humans end it with one clear message and code 2."""
    try:
        app(standalone_mode=True)
    except MonitorError as exc:
        for line in str(exc).splitlines():
            typer.echo(f"monitor: error: {line}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output has gone; nothing is wrong and nobody is listening.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _version(wanted: bool) -> None:
    if wanted:
        from monitor import __version__

        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
) -> None:
    import logging
    import time

    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)sZ %(levelname)s %(name)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
        stream=sys.stderr,
    )
    for noisy in ("apscheduler", "alembic", "httpx", "httpcore", "rasterio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@app.command()
def check(config: ConfigOption) -> None:
    """Check settings, areas and watch list without touching the network; say what would run."""
    from monitor.scene_sources import missing_secrets

    wiring = loaded(config)
    gazetteer, watch = wiring.gazetteer, wiring.watch
    typer.echo(f"settings  {config}: ok")
    typer.echo(
        f"areas     {wiring.settings.port.aoi}: {len(gazetteer.places)} places, "
        f"{len(gazetteer.berths)} berths, ports: {', '.join(gazetteer.ports) or 'none'}"
    )
    typer.echo(f"watch     {len(watch.vessels)} vessels, {len(watch.mmsis())} MMSI candidates")
    for fault in wiring.watchlist_faults:
        typer.echo(f"          left out: {fault}")
    sources = wiring.settings.sources
    for source in (*sources.ais, *sources.events):
        missing = wiring.missing_secrets(source)
        typer.echo(
            f"source    {source.name} ({source.kind}): {_would_run(source.enabled, missing)}"
        )
    for scenes in sources.scenes:
        preset = getattr(scenes, "preset", None)
        typer.echo(
            f"source    {scenes.name} ({preset or scenes.kind}): "
            f"{_would_run(scenes.enabled, missing_secrets(scenes))}"
        )
    for channel in wiring.settings.channels:
        missing = wiring.missing_secrets(channel)
        typer.echo(
            f"channel   {channel.name} ({channel.kind}, {channel.min_severity.value} and louder): "
            f"{_would_run(channel.enabled, missing)}"
        )
    wiring.channels()
    for scenes in wiring.scene_sources.running():
        wiring.scene_sources.catalog(scenes)
    _ = wiring.listeners  # a missing extra or a wrong address is told now
    typer.echo(f"headline  {wiring.key_area_id or 'all berths'}")
    typer.echo(f"store     {wiring.locate(wiring.settings.store.path)}")
    typer.echo(f"report    {wiring.locate(wiring.settings.report.out)}")


@app.command()
def run(config: ConfigOption) -> None:
    """Run as a daemon until SIGTERM: poll, survey, assess, notify, publish."""
    from monitor.clock import SystemClock

    loaded(config).daemon(SystemClock()).run()


@app.command()
def once(config: ConfigOption) -> None:
    """Run every job once and say what came of each.

    Exit code 0 if all did their work, 1 if one failed (a source that cannot be reached is one, and
    the others have done their work), 2 if nothing could be run.
    """
    from monitor.clock import SystemClock
    from monitor.store.engine import writer_lock
    from monitor.store.progress import heartbeats
    from monitor.watch.jobs import JobRunner
    from monitor.wiring import open_configured_store

    wiring = loaded(config)
    with writer_lock(wiring.locate(wiring.settings.store.path)):
        store = open_configured_store(wiring)
        try:
            runner = JobRunner(store, SystemClock())
            jobs = [*wiring.analysis_jobs(store, replaying=False), *wiring.delivery_jobs(store)]
            done = {job.name: runner.run(job) for job in jobs}
            with store.read() as connection:
                notes = {beat.job: beat.note for beat in heartbeats(connection)}
        finally:
            store.close()
    for name, succeeded in done.items():
        typer.echo(f"{name}: {'ok' if succeeded else 'FAILED'} {notes.get(name, '')}".rstrip())
    failed = [name for name, succeeded in done.items() if not succeeded]
    if failed:
        typer.echo(f"monitor: {_told_of_failed(failed, len(done))}", err=True)
        raise typer.Exit(1)


def _told_of_failed(failed: Sequence[str], jobs: int) -> str:
    """Return what it means that jobs failed, and what can be done about it."""
    words = [f"{len(failed)} of {jobs} jobs failed ({', '.join(failed)}); the others are done"]
    if any(name.startswith("poll:") for name in failed):
        words.append(
            "a source that was not reached is asked again by the next run; to run without it, set "
            "enabled = false under its name in the settings"
        )
    return "; ".join(words)


@app.command()
def health(config: ConfigOption) -> None:
    """Say whether the daemon is well, a line for each job and source.

    Exit code 1 if a job has not succeeded lately, or a source is stalled or down.
    """
    from monitor.clock import SystemClock
    from monitor.watch.health import health as ask
    from monitor.wiring import open_configured_store

    wiring = loaded(config)
    path = wiring.locate(wiring.settings.store.path)
    if not path.exists():
        typer.echo(f"no store at {path}: is `monitor run` running?")
        raise typer.Exit(1)
    store = open_configured_store(wiring)
    try:
        answer = ask(
            store,
            now=SystemClock().now(),
            feeds=wiring.feeds,
            criteria=wiring.brief.criteria.feed,
        )
    finally:
        store.close()
    for line in answer.lines:
        typer.echo(line)
    if not answer.is_well:
        raise typer.Exit(1)


@app.command()
def coverage(
    config: ConfigOption,
    start: Annotated[str, typer.Option("--from", help="First instant, ISO 8601.")],
    end: Annotated[str, typer.Option("--to", help="Instant after the last, ISO 8601.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Also write the reception map, GeoJSON.")
    ] = None,
) -> None:
    """Say in how many hours of each day anybody was heard near the port, and by which source."""
    from monitor.domain.window import TimeWindow
    from monitor.watch.coverage import coverage_json, coverage_table, write_reception_map

    start_at, end_at = instant(start, "--from"), instant(end, "--to")
    if end_at <= start_at:
        raise InputError(f"--to ({end}) must be later than --from ({start})")
    window = TimeWindow(start=start_at, end=end_at)
    gazetteer = loaded(config).gazetteer
    with stored(config) as store:
        said = (coverage_json if as_json else coverage_table)(store, gazetteer, window)
        if map_file is not None:
            write_reception_map(map_file, store, window)
    typer.echo(said)


@app.command()
def replay(
    config: ConfigOption,
    out: OutOption = Path("replay-output"),
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="First instant, ISO 8601 (default: settings; with --store its first arrival).",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="Instant after the last, ISO 8601 (default: settings; with --store its last "
            "assessment).",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            help="Replay what this store holds (or the folder of a demo or replay) in place of "
            "the settings' folders."
        ),
    ] = None,
    step_h: Annotated[
        float | None,
        typer.Option(
            help="Hours between two rounds of the jobs (default: settings; with --store whenever "
            "something was found there).",
            min=0.01,
        ),
    ] = None,
) -> None:
    """Run the same jobs over history under a virtual clock, into a store of its own.

    Writes report/index.html, the first page, and the tables in report/data/.
    Killed and started again it goes on where it was; nothing is sent to any channel.

    What reached us before --from is known, and what was over by then is not listed.

    With --store each fact counts from when it reached that store, scenes are not judged again, and
    the jobs run whenever something was found there: the same is found as was found live.
    """
    wiring = loaded(config)
    step = timedelta(hours=step_h) if step_h else None
    if store is None:
        _replay(wiring, out, start, end, step=step)
        return
    with stored(config, store) as source:
        _replay(wiring, out, start, end, step=step, source=source)


@app.command()
def demo(
    out: OutOption = Path("demo-output"),
    swap: Annotated[
        bool,
        typer.Option(
            "--swap", help="Two ships send each other's static data from 5 to 13 January."
        ),
    ] = False,
) -> None:
    """Replay the Tartus story, December 2024 to February 2025, from the bundled samples.

    AIS is reconstructed from published facts and the scenes are rendered; both are labelled so
    wherever they appear. See docs/demo.md.
    """
    from monitor.bundled import bundled

    wiring = loaded(bundled("config", "demo.toml"))
    _replay(_with_swap(wiring, out) if swap else wiring, out, None, None)


@app.command()
def tracks(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="AIS files: NMEA, aisstream JSON, CSV, GeoParquet, GeoPackage; packed too "
            "(gz, bz2, xz, zst, zip)."
        ),
    ],
    aoi: AoiOption,
    out: OutOption = Path("tracks-output"),
    received_at: Annotated[
        str | None,
        typer.Option(help="When a log without dates was begun, ISO 8601; NMEA alone has none."),
    ] = None,
    watchlist: Annotated[
        Path | None, typer.Option(help="CSV of ships to name and mark (docs/areas.md).")
    ] = None,
    criteria: Annotated[
        Literal["default", "gfw"],
        typer.Option(help="gfw: port calls by Global Fishing Watch's rules, 3/4 km from points."),
    ] = "default",
) -> None:
    """Read AIS files; write port_calls.csv, silences.csv and summary.json.

    What can be read is; exit code 1 if a file could not be.
    """
    from monitor.batch.tracks import track_files
    from monitor.detect.picture import Criteria
    from monitor.detect.visits import PRESETS
    from monitor.domain.vessel import WatchList
    from monitor.report.files import filling
    from monitor.sources.watchlist import load_watchlist

    with filling(out), progress_bar("reading AIS") as progress:
        result = track_files(
            files,
            aoi=aoi_path(aoi),
            out=out,
            watch=load_watchlist(watchlist) if watchlist else WatchList(),
            start_at=instant(received_at, "--received-at") if received_at else None,
            progress=progress,
            criteria=Criteria(visit=PRESETS[criteria]),
        )
    for reason in result.failed.values():
        typer.echo(f"monitor: skipped: {reason}", err=True)
    tally = result.tally
    typer.echo(
        f"{tally.read} lines read, {tally.accepted} accepted, {sum(tally.ignored.values())} of "
        f"other kinds, {sum(tally.rejected.values())} rejected; "
        f"{len(result.picture.tracks.rows)} positions of {len(result.picture.tracks.first_row)} "
        f"vessels, {len(result.picture.visits)} visits, {len(result.picture.silences)} silences"
    )
    worst = max(tally.rejected, key=tally.rejected.__getitem__, default="")
    if not len(result.picture.tracks.rows) and worst == "undated":
        typer.echo("The log holds no dates: give --received-at with the time it was begun.")
    typer.echo(f"written to {out}")
    if not len(result.picture.tracks.rows):
        typer.echo("monitor: error: no position in any of the files", err=True)
        raise typer.Exit(2)
    if result.failed:
        raise typer.Exit(1)


@app.command()
def look(
    catalog: Annotated[
        Path, typer.Argument(help="Folder or catalog.json of a static STAC catalog.")
    ],
    aoi: AoiOption,
    out: OutOption = Path("look-output"),
    references: Annotated[
        int, typer.Option(help="Most scenes of the same orbit to hold each scene against.", min=0)
    ] = 24,
) -> None:
    """Judge every berth in every scene; write berth_states.csv, ships.geojson,
    summary.json.

    A folder without catalog.json or collection.json is searched, with the folders in it, for STAC
    items. GeoTIFFs without items are a source of the daemon (docs/imagery.md), not of this command.
    """
    from monitor.batch.look import look_at
    from monitor.report.files import filling
    from monitor.report.ships import ships_table

    with filling(out), progress_bar("looking at scenes") as progress:
        result = look_at(
            catalog, aoi=aoi_path(aoi), out=out, references=references, progress=progress
        )
    for reason, count in sorted(result.tally.rejected.items()):
        example = result.tally.examples.get(reason, "")
        typer.echo(f"monitor: skipped: {count} × {reason}, first: {example}", err=True)
    counts = {w: sum(s.state.value == w for s in result.states) for w in _STATE_WORDS}
    typer.echo(f"{len(result.scenes)} scenes: " + ", ".join(f"{n} {w}" for w, n in counts.items()))
    drawn = sum(scene.rendered for scene in result.scenes)
    if drawn:
        typer.echo(
            f"Rendered: {drawn} of {len(result.scenes)} scenes are drawn, not taken by a satellite."
        )
    if result.ships:
        last = max((s.acquired_at, s.scene_id) for s in result.ships)[1]
        shown = [s for s in result.ships if s.scene_id == last]
        typer.echo(f"{len(result.ships)} sightings at quays; those of the last scene with any:")
        typer.echo(ships_table(shown))
    typer.echo(f"written to {out}")


_STATE_WORDS = ("occupied", "free", "unobserved")


@app.command()
def vessels(
    scene: Annotated[
        Path,
        typer.Argument(
            help="A STAC item or catalog (JSON or folder), a GeoTIFF or JPEG 2000, or a PNG or "
            "JPEG without coordinates."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="GeoJSON to write; - for standard output.")
    ] = Path("ships.geojson"),
    scene_id: Annotated[
        str | None, typer.Option("--scene", help="Id of the scene, where a catalog holds several.")
    ] = None,
    aoi: Annotated[
        str | None,
        typer.Option(
            "--aoi",
            help="Look at this port only: GeoJSON of areas or the name of a bundled one "
            "(default: all of the raster).",
        ),
    ] = None,
    gsd: Annotated[
        float | None,
        typer.Option(
            help="Side of a pixel to look with, ground metres (default: the raster's own); of a "
            "picture without coordinates: what its pixels measure.",
            min=0.1,
            max=100,
        ),
    ] = None,
    modality: Annotated[
        Literal["radar", "optical"] | None,
        typer.Option(help="How the sensor sees (default: by the bands; one band is radar)."),
    ] = None,
    min_confidence: Annotated[
        float, typer.Option(help="Leave out ships less likely than this.", min=0.0, max=1.0)
    ] = 0.25,
) -> None:
    """Find the ships in one scene; write them as GeoJSON with length, axis and confidence.

    Radar must be decibels, linear power or plain amplitude; sea and land are told in the image.
    Optical scenes are searched by a model with the extra `ml`, else by a classical path that is
    blind alongside; the file says which and what it is worth (docs/optical_vessels.md).
    `coverage` in the file says how much water was seen, so that no ships is told from not seen.
    A picture without coordinates gives ships in its own pixels, and says so. See docs/vessels.md.

    Example: monitor vessels item.json --out ships.geojson
    """
    from monitor.batch.vessels import VesselsPlan, as_text, vessels_in
    from monitor.domain.scene import Modality
    from monitor.report.files import out_file, write_text

    if str(out) != "-":
        out_file(out)
    plan = VesselsPlan(
        scene=scene,
        scene_id=scene_id,
        aoi=aoi_path(aoi) if aoi else None,
        gsd_m=gsd,
        modality=Modality(modality) if modality else None,
        min_confidence=min_confidence,
    )
    with progress_bar("looking for ships") as progress:
        collection = vessels_in(plan, progress)
    if str(out) == "-":
        typer.echo(as_text(collection), nl=False)
        return
    write_text(out, as_text(collection))
    share = collection["coverage"]["seen_share"]
    typer.echo(f"{len(collection['features'])} ships, {100 * share:.0f} % of the area seen")
    typer.echo(f"written to {out}")


@import_app.command("ais")
def import_ais(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="NMEA, aisstream JSON, CSV, GeoParquet, GeoPackage, also packed (gz, bz2, xz, "
            "zst, zip of one file); or the folder of an archive."
        ),
    ],
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Settings: import into their store.")
    ] = None,
    archive: Annotated[
        Path | None, typer.Option(help="Folder of GeoParquet days: import into it instead.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the source (default: file:<file name>).")
    ] = None,
    received_at: Annotated[
        str | None,
        typer.Option(
            help="When the rows reached us, ISO 8601 (default: when each says, else its own "
            "time); of an NMEA log without dates: when it was begun."
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            help="What a table's columns mean: mmsi=ship,time=t,lat=y/600000,lon=x/600000"
        ),
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(help="unix, unix_ms or a strptime format; UTC.")
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="Between cells; `tab` for a tab.")] = None,
    column_file: Annotated[
        Path | None, typer.Option(help="The same as TOML: time_format, delimiter, [columns].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Import AIS files into the store, or with --archive into GeoParquet days.

    Importing again changes nothing; a killed import is repeated to finish it. Exit code 1 if a
    file could not be read, 2 if nothing was found at all.
    """
    from monitor.batch import import_ais as importing
    from monitor.sources.ais.tables.column_map import column_map

    if (config is None) == (archive is None):
        raise InputError("say where to: --config SETTINGS (its store) or --archive FOLDER")
    told = (columns, time_format, delimiter, column_file)
    plan = importing.ImportPlan(
        files=files,
        source=source,
        received_at=instant(received_at, "--received-at") if received_at else None,
        columns=column_map(columns, time_format=time_format, delimiter=delimiter, file=column_file)
        if any(text is not None for text in told)
        else None,
    )
    with byte_progress_bar("importing") as progress:
        if archive is not None:
            done = importing.import_into_archive(archive, plan, progress)
        else:
            assert config is not None
            done = _import_into_store(config, plan, progress)
    for reason in done.failed.values():
        typer.echo(f"monitor: skipped: {reason}", err=True)
    _show_import(done.summary(), as_json=as_json)
    if done.failed:
        raise typer.Exit(1)


@aoi_app.command("check")
def aoi_check(
    file: Annotated[str, typer.Argument(help="GeoJSON file, or a bundled name.")],
) -> None:
    """Check a file of areas; every fault is named with its feature and reason."""
    from monitor.sources.gazetteer import check_aoi, load_gazetteer

    path = aoi_path(file)
    faults = check_aoi(path)
    for fault in faults:
        typer.echo(f"{path}: {fault.feature_id}: {fault.reason}")
    if faults:
        raise typer.Exit(2)
    gazetteer = load_gazetteer(path)
    kinds = sorted({p.kind.value for p in gazetteer.places.values()})
    counted = [f"{k} {sum(p.kind == k for p in gazetteer.places.values())}" for k in kinds]
    typer.echo(f"{path}: {len(gazetteer.places)} places are good ({', '.join(counted)})")


@aoi_app.command("plot")
def aoi_plot(
    file: Annotated[str, typer.Argument(help="GeoJSON file, or a bundled name.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML page to write.")] = Path(
        "map.html"
    ),
) -> None:
    """Draw a file of areas as a map page that opens without a network."""
    from monitor.report.files import out_file
    from monitor.report.map import write_areas_map
    from monitor.sources.gazetteer import load_gazetteer

    gazetteer = load_gazetteer(aoi_path(file))
    write_areas_map(out_file(out), gazetteer)
    typer.echo(f"written to {out}")


@outbox_app.command("list")
def outbox_list(
    config: ConfigOption,
    state: Annotated[
        list[str] | None, typer.Option(help="Only these: pending, sending, sent, dead, dropped.")
    ] = None,
) -> None:
    """List notices, one a line, tab-separated: id, state, target, attempts, finding, error."""
    from monitor.store.outbox import OutboxState, list_rows

    try:
        states = [OutboxState(s) for s in state] if state else list(OutboxState)
    except ValueError as exc:
        raise InputError(f"--state: {exc}; use {', '.join(OutboxState)}") from exc
    with stored(config) as store, store.read() as connection:
        for row in list_rows(connection, states):
            typer.echo(
                "\t".join(
                    (row.id, row.state.value, row.target, str(row.attempts), row.finding_id,
                     row.last_error)
                )
            )  # fmt: skip


@outbox_app.command("retry")
def outbox_retry(
    config: ConfigOption,
    notice: Annotated[
        str | None, typer.Argument(help="Notice id; all dead ones if left out.")
    ] = None,
) -> None:
    """Send a dead, dropped or waiting notice again, with all attempts before it."""
    from monitor.clock import SystemClock
    from monitor.store.outbox import retry

    with stored(config) as store, store.begin() as connection:
        count = retry(connection, notice, now=SystemClock().now())
    if notice and not count:
        raise InputError(f"no notice {notice} that could be sent again; see `monitor outbox list`")
    typer.echo(f"{count} to be sent again")


@outbox_app.command("drop")
def outbox_drop(
    config: ConfigOption, notice: Annotated[str, typer.Argument(help="Notice id.")]
) -> None:
    """Give a notice up for good."""
    from monitor.store.outbox import drop

    with stored(config) as store, store.begin() as connection:
        dropped = drop(connection, notice)
    if not dropped:
        raise InputError(f"no notice {notice} that could be dropped; see `monitor outbox list`")
    typer.echo("dropped")


def _with_swap(wiring: Wiring, out: Path) -> Wiring:
    """Return the demo with its AIS file told anew, written to `out/swap`."""
    from monitor.demo.swap import write_swapped

    (source,) = wiring.settings.sources.ais
    assert source.kind == "folder"
    folder = write_swapped(wiring.locate(source.path), out / "swap")
    return wiring.reading_ais_from(folder)


def _replay(
    wiring: Wiring,
    out: Path,
    start: str | None,
    end: str | None,
    *,
    step: timedelta | None = None,
    source: Store | None = None,
) -> None:
    """Replay the settings' folders, or what the store `source` holds, and publish into `out`."""
    from monitor.report.files import out_folder
    from monitor.store.engine import writer_lock
    from monitor.store.history import History
    from monitor.watch import replay as replaying
    from monitor.watch.publish import publish

    plan = _replay_plan(wiring, start, end, step, source)
    path = out_folder(out) / "monitor.db"
    if source is not None and path.resolve() == Path(str(source.engine.url.database)).resolve():
        raise InputError(f"{path} is the store to be replayed; name another folder with --out")
    with (
        writer_lock(path),
        closing(replaying.open_replay(path, plan)) as store,
        ExitStack() as opened,
    ):
        if source is None:
            jobs = wiring.analysis_jobs(store, replaying=True)
        else:
            jobs = wiring.history_jobs(store, opened.enter_context(closing(History(source))))
        with progress_bar("replaying") as progress:
            replaying.replay(
                store,
                plan,
                jobs,
                progress=lambda done, total, at: progress(done, total, f"{at:%d %b %Y}"),
            )
        published = publish(
            store,
            wiring.brief,
            wiring.press,
            out,
            now=plan.window.end,
            since=plan.window.start if plan.context else None,
        )
    shown = _show(published.findings)
    typer.echo(
        f"\n{shown} of {len(published.findings)} findings are shown, those of notice and above; "
        f"all are in {out / 'report' / 'data' / 'findings.jsonl'}"
    )
    typer.echo(f"report: {published.overview.resolve()}")
    typer.echo(f"map: {published.page.resolve()}")


def _replay_plan(
    wiring: Wiring,
    start: str | None,
    end: str | None,
    step: timedelta | None,
    source: Store | None,
) -> ReplayPlan:
    from monitor.domain.window import TimeWindow

    if source is None:
        start, end = start or wiring.settings.replay.start, end or wiring.settings.replay.end
        if start is None or end is None:
            raise ConfigError("give --from and --to, or [replay] start and end in the settings")
    start_at = instant(start, "--from") if start else None
    end_at = instant(end, "--to") if end else None
    if start_at and end_at and end_at <= start_at:
        raise InputError(f"--to ({end}) must be later than --from ({start})")
    if source is not None:
        return wiring.history_plan(source, start=start_at, end=end_at, step=step)
    assert start_at
    assert end_at
    return wiring.replay_plan(TimeWindow(start=start_at, end=end_at), step)


def _import_into_store(config: Path, plan: ImportPlan, progress: ByteProgress) -> Imported:
    from monitor.batch.import_ais import import_into_store
    from monitor.store.engine import writer_lock
    from monitor.wiring import open_configured_store

    wiring = loaded(config)
    with writer_lock(wiring.locate(wiring.settings.store.path)):
        store = open_configured_store(wiring)
        try:
            return import_into_store(store, plan, progress)
        finally:
            store.close()


def _show_import(summary: dict[str, Any], *, as_json: bool) -> None:
    import json

    if as_json:
        typer.echo(json.dumps(summary, sort_keys=True))
        return
    typer.echo(
        f"{summary['read']} rows read, {summary['accepted']} accepted, "
        f"{sum(summary['ignored'].values())} of other kinds, "
        f"{sum(summary['rejected'].values())} rejected"
    )
    for reason, count in summary["ignored"].items():
        typer.echo(f"  ignored   {count:>10}  {reason}")
    for reason, count in summary["rejected"].items():
        example = plain(summary["examples"].get(reason, ""))
        typer.echo(f"  rejected  {count:>10}  {reason}  e.g. {example}".rstrip())
    typer.echo(
        f"{summary['positions']} positions, {summary['positions_new']} of them new; "
        f"{summary['static_reports']} static reports"
    )


def _show(findings: Iterable[Finding]) -> int:
    """Print the findings worth a notice as a table; uncertain instants as their two bounds.

    Returns:
        How many were printed.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from monitor.domain.finding import Severity

    table = Table(box=None, pad_edge=False)
    for heading in ("not before", "by (UTC)", "ended by", "what", "ship", "where", "basis", "sure"):
        table.add_column(heading, no_wrap=True)
    made_up = False
    for f in findings:
        made_up |= any(e.is_made_up for e in f.evidence)
        if f.severity.rank < Severity.NOTICE.rank:
            continue
        instant = (f.start_earliest, f.start_latest) == (f.end_earliest, f.end_latest)
        ended = "open" if f.status == "open" else "" if instant else _minute(f.end_latest)
        fits = [c["name"] for c in f.why.get("candidates", ()) if c["name"]]
        ship = f.subject.name or (f"{fits[0]}?" if fits else "")
        cells = [_minute(f.start_earliest), _minute(f.start_latest), ended, f.kind.value, ship]
        cells += [f.place_id or "", f.basis.value, f.confidence]
        table.add_row(*(Text(plain(c)) for c in cells))
    if not table.row_count:
        return 0
    # A file or a pipe has no width: lines are as long as they need to be.
    terminal = Console().is_terminal
    Console(width=None if terminal else 200).print(table)
    if made_up:
        typer.echo(
            "\nReconstruction: AIS rebuilt from published reports, not received; "
            "images rendered, not taken by a satellite. See docs/demo.md."
        )
    return table.row_count


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "?"


def _folder_state(path: Path) -> str:
    """Say whether a folder source can be read.

    Raises:
        ConfigError: The path is taken by something that is no folder and no catalog file.
    """
    if not path.exists():
        return f"on, but {path} is not there yet"
    if path.is_file() and path.suffix != ".json":
        raise ConfigError(f"{path}: is a file; a source needs a folder")
    return "on"


def _would_run(enabled: bool, missing: list[str]) -> str:
    if not enabled:
        return "off"
    return f"off until {' and '.join(missing)} is set" if missing else "on"
