"""The only place that picks concretes: settings in, a working monitor out."""

from __future__ import annotations

import difflib
import hashlib
import os
import threading
import zoneinfo
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from monitor import __version__
from monitor.alert_channels import manner_of, open_channel, paces_of, secret_variables
from monitor.alerts.channels import Channel
from monitor.alerts.decide import Route
from monitor.alerts.pace import Pace
from monitor.alerts.render import Voice
from monitor.clock import Clock, SystemClock, wait
from monitor.detect.imagery.occupancy import OccupancyCriteria
from monitor.detect.imagery.quicklook import chip_image
from monitor.detect.imagery.revisions import ground_of
from monitor.detect.picture import Criteria
from monitor.domain.feed import FeedControl
from monitor.domain.place import Gazetteer
from monitor.domain.scene import Scene
from monitor.domain.vessel import WatchList
from monitor.domain.window import TimeWindow
from monitor.errors import BadScene, ConfigError, SourceRefused, TryLater
from monitor.http_client import HttpClient
from monitor.report.summary import SceneOverlay, Tiles
from monitor.scene_sources import SceneSources
from monitor.settings import (
    AisFolderSettings,
    AisHttpSettings,
    AisstreamSettings,
    ChannelSettings,
    FeedSettings,
    GfwSettings,
    MqttSettings,
    NmeaTcpSettings,
    NmeaUdpSettings,
    Settings,
    StreamSettings,
    load_rules,
    load_settings,
    resolve,
    secret,
)
from monitor.sources.ais.folder import AisFolder
from monitor.sources.ais.http_json import HttpJsonPositions, KeepsPace
from monitor.sources.ais.presets import Endpoint, Feed, Preset, feed_of, load_preset
from monitor.sources.ais.streams.aisstream import WORLD, aisstream_feed
from monitor.sources.ais.streams.live import Area, grown
from monitor.sources.ais.streams.mqtt import mqtt_feed
from monitor.sources.ais.streams.sockets import tcp_feed, udp_feed
from monitor.sources.base import (
    FindsScenes,
    PollsEvents,
    PollsPositions,
    ReadsChips,
    StreamsPositions,
)
from monitor.sources.gazetteer import load_gazetteer
from monitor.sources.gfw import GlobalFishingWatch
from monitor.sources.imagery.chip_archive import ArchivingReader, ChipArchive, Retention
from monitor.sources.imagery.raster import RasterReader, map_overlay
from monitor.sources.imagery.remote_file import HttpFiles
from monitor.sources.watchlist import load_watchlist, survey_watchlist
from monitor.store.engine import Store, open_store, writer_lock
from monitor.store.history import History
from monitor.watch.assess import Brief, assess
from monitor.watch.daemon import Daemon
from monitor.watch.dispatch import announced, dispatch
from monitor.watch.evidence import EvidencePictures
from monitor.watch.ingest import Ingested, StoredPace, poll_events, poll_positions, poll_scenes
from monitor.watch.jobs import Job
from monitor.watch.memory import Memory
from monitor.watch.notify import deliver
from monitor.watch.publish import Press, publish
from monitor.watch.replay import ReplayPlan, plan_of_store
from monitor.watch.streams import Listener, StreamCriteria, inbox_job
from monitor.watch.survey import Surveyor, SurveyPlan, survey

USER_AGENT = f"tartus-monitor/{__version__}"


@dataclass(frozen=True)
class Wiring:
    """One settings file and everything made from it, each part when first asked for."""

    path: Path
    settings: Settings

    @classmethod
    def load(cls, path: Path) -> Wiring:
        """Read the settings.

        Raises:
            ConfigError: Anything in them is wrong.
        """
        return cls(path, load_settings(path))

    def reading_ais_from(self, folder: Path) -> Wiring:
        """Return the same with its folders of AIS files replaced by one."""
        sources = self.settings.sources
        ais = tuple(
            s.model_copy(update={"path": folder}) if isinstance(s, AisFolderSettings) else s
            for s in sources.ais
        )
        told = sources.model_copy(update={"ais": ais})
        return Wiring(self.path, self.settings.model_copy(update={"sources": told}))

    def rules_named(self, name: str) -> Criteria:
        """Return the thresholds of a settings file, or with `current` those of this one.

        Raises:
            ConfigError: The file is wrong.
        """
        return self.settings.thresholds() if name == "current" else load_rules(Path(name))

    def locate(self, path: Path) -> Path:
        """Return a path of the settings as seen from here."""
        return resolve(self.path, path)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The port's areas."""
        return load_gazetteer(self.locate(self.settings.port.aoi))

    @cached_property
    def key_area_id(self) -> str | None:
        """The area the page's first lines are about.

        Raises:
            ConfigError: The areas hold no such place.
        """
        wanted = self.settings.port.key_area
        if wanted is not None and wanted not in self.gazetteer.places:
            near = difflib.get_close_matches(wanted, self.gazetteer.places, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"{self.path}: port.key_area: no place {wanted!r}{hint}")
        return wanted

    @cached_property
    def watch(self) -> WatchList:
        """The ships to look for; none if no list is configured."""
        return self._listed[0]

    @property
    def watchlist_faults(self) -> tuple[str, ...]:
        """What was left out of a list that is not read strictly."""
        return self._listed[1]

    @cached_property
    def _listed(self) -> tuple[WatchList, tuple[str, ...]]:
        port = self.settings.port
        if port.watchlist is None:
            return WatchList(), ()
        path = self.locate(port.watchlist)
        if port.watchlist_strict:
            return load_watchlist(path), ()
        watch, bad = survey_watchlist(path)
        return watch, tuple(str(cell) for cell in bad)

    @cached_property
    def brief(self) -> Brief:
        """What the analysis is asked."""
        return Brief(
            gazetteer=self.gazetteer,
            watch=self.watch,
            criteria=self.settings.thresholds(),
            feeds=self.feeds,
        )

    @cached_property
    def feeds(self) -> tuple[FeedControl, ...]:
        """The AIS sources that are counted on: enabled, with their secrets, and expected."""
        made = []
        for source in self.settings.sources.ais:
            control = self.settings.feeds.get(source.name, FeedSettings())
            if source.enabled and control.expected and not self.missing_secrets(source):
                made.append(
                    FeedControl(
                        name=source.name,
                        reference_mmsis=frozenset(control.reference_mmsis),
                        control_box=control.control_box or getattr(source, "control_box", None),
                    )
                )
        return tuple(made)

    @cached_property
    def http(self) -> HttpClient:
        """The one web client."""
        return HttpClient(user_agent=USER_AGENT)

    def positions(self, *, replaying: bool, pace: KeepsPace | None = None) -> list[PollsPositions]:
        """Make the AIS sources that can run: enabled, and with their secrets given.

        Args:
            replaying: Only folders, and rows arrive when they say they did.
            pace: Remembers across restarts when a feed may be asked again.
        """
        made: list[PollsPositions] = []
        for source in self.settings.sources.ais:
            if not source.enabled or self.missing_secrets(source):
                continue
            if isinstance(source, AisFolderSettings):
                arrival: Literal["file", "event"] = "event" if replaying else source.arrival
                folder = self.locate(source.path)
                if arrival == "file":
                    _make_drop_folder(folder)
                made.append(AisFolder(source.name, folder, arrival=arrival))
            elif isinstance(source, AisHttpSettings) and not replaying:
                made.append(self._http_source(source, pace))
        return made

    @cached_property
    def listeners(self) -> dict[str, Listener]:
        """The streams that can be listened to: enabled, and with their secrets given.

        Raises:
            ConfigError: An address is none, or an extra is not installed.
        """
        return {
            source.name: Listener(
                self._stream(source),
                criteria=StreamCriteria(silent_min=timedelta(seconds=source.silent_min_s)),
            )
            for source in self.settings.sources.ais
            if isinstance(source, StreamSettings)
            and source.enabled
            and not self.missing_secrets(source)
        }

    def _stream(self, source: StreamSettings) -> StreamsPositions:
        boxes, watched = [grown(self.gazetteer.bounds, source.margin_nm)], self.watch.mmsis()
        if isinstance(source, AisstreamSettings) and source.control_box:
            boxes.append(source.control_box)
        area = Area(boxes=tuple(boxes), watched=watched) if source.keep == "area" else None
        if isinstance(source, NmeaTcpSettings):
            return tcp_feed(
                source.name, host=source.host, port=source.port, hello=source.hello, area=area
            )
        if isinstance(source, NmeaUdpSettings):
            return udp_feed(source.name, host=source.host, port=source.port, area=area)
        if isinstance(source, MqttSettings):
            login = (source.username_env, source.password_env)
            username, password = (os.environ[env] if env else None for env in login)
            return mqtt_feed(
                source.name,
                url=source.url,
                topics=source.topics,
                username=username,
                password=password,
                area=area,
            )
        what = f"sources.ais.{source.name}"
        env = None if source.key_file else source.key_env
        key = secret(env=env, file=source.key_file, base=self.path, what=what)
        if not key:
            raise ConfigError(f"{self.path}: {what}: the key is empty")
        return aisstream_feed(
            source.name,
            url=source.url,
            key=key,
            boxes=boxes if source.subscribe == "area" else [WORLD],
            mmsis=sorted(watched) if source.subscribe == "watched" else (),
            area=area,
        )

    def _http_source(self, source: AisHttpSettings, pace: KeepsPace | None) -> HttpJsonPositions:
        return HttpJsonPositions(source.name, self._feed(source)[0], ask=self.http.ask, pace=pace)

    def _feed(self, source: AisHttpSettings) -> tuple[Feed, list[str]]:
        """Return a feed with what is known of its secrets, and where these are looked for."""
        preset, variables = described_feed(source)
        feed = feed_of(
            preset,
            what=source.name,
            params=source.params,
            secrets={p: os.environ.get(env, "").strip() for p, env in variables.items()},
            bounds=self.gazetteer.bounds,
        )
        return feed, list(variables.values())

    def missing_secrets(
        self,
        item: (
            AisFolderSettings | AisHttpSettings | StreamSettings | GfwSettings | ChannelSettings
        ),
    ) -> list[str]:
        """Return the environment variables an entry needs and does not find."""
        names: list[str | None] = []
        if isinstance(item, AisHttpSettings):
            names = list(self._feed(item)[1])
        elif isinstance(item, AisstreamSettings):
            names = [None if item.key_file else item.key_env]
        elif isinstance(item, MqttSettings):
            names = [item.username_env, item.password_env]
        elif isinstance(item, GfwSettings):
            names = [item.token_env]
        elif isinstance(item, ChannelSettings):
            names = secret_variables(item)
        return [name for name in names if name and not os.environ.get(name)]

    def second_opinions(self) -> list[tuple[GfwSettings, PollsEvents]]:
        """Make the sources of events that can run: enabled, and with their secrets given."""
        return [
            (
                source,
                GlobalFishingWatch(
                    source.name,
                    ask=self.http.ask,
                    token=os.environ[source.token_env].strip(),
                    bounds=self.gazetteer.bounds,
                    watch=self.watch,
                    lookback=timedelta(days=source.lookback_days),
                    base=source.base,
                ),
            )
            for source in self.settings.sources.events
            if source.enabled and not self.missing_secrets(source)
        ]

    @cached_property
    def scene_sources(self) -> SceneSources:
        """The catalogs of scenes."""
        return SceneSources(
            self.settings.sources.scenes,
            area=self._ground,
            ask=self.http.ask,
            clock=SystemClock(),
            locate=self.locate,
        )

    def _ground(self) -> tuple[float, float, float, float]:
        """Return the box of which pixels are read: of it scenes are searched for."""
        return ground_of(self.surveyor.grid(10.0))

    @cached_property
    def chip_archive(self) -> ChipArchive | None:
        """Where chips are kept; None where they are not."""
        said = self.settings.survey
        if not said.keep_chips:
            return None
        days, most = said.chips_keep_days, said.chips_max_mb
        return ChipArchive(
            self.locate(said.chips),
            retention=Retention(
                keep=None if days is None else timedelta(days=days),
                max_bytes=None if most is None else int(most * 1e6),
            ),
        )

    @cached_property
    def reader(self) -> ReadsChips:
        """The one door to pixels, past the kept chips where there are any."""
        never = threading.Event()  # a scene's own pauses are short; a stop waits for its read
        remote = HttpFiles(
            self.http,
            self.scene_sources.remote_files,
            clock=SystemClock(),
            pause=lambda seconds: wait(seconds, never),
        )
        reader = RasterReader(remote, sea_height_m=self.settings.survey.sea_height_m)
        return ArchivingReader(reader, self.chip_archive) if self.chip_archive else reader

    @cached_property
    def surveyor(self) -> Surveyor:
        """The judge of scenes."""
        return Surveyor(
            SurveyPlan(
                gazetteer=self.gazetteer,
                reader=self.reader,
                criteria=OccupancyCriteria(),
                references=self.settings.survey.references,
            )
        )

    @cached_property
    def voice(self) -> Voice:
        """How notices name hours and places."""
        return Voice(
            zone=zoneinfo.ZoneInfo(self.settings.port.time_zone),
            place_names={p.id: p.short_name for p in self.gazetteer.places.values()},
            report_url=self.settings.report.url,
        )

    def routes(self, *, replaying: bool) -> list[Route]:
        """Which news each channel wants. Live, a channel without its secrets wants none; a replay
        sends nothing and shows what every enabled channel would have been told."""
        return [
            Route(
                target=channel.name,
                format=channel.kind,
                min_severity=channel.min_severity,
                kinds=channel.kinds,
                places=channel.places,
                vessels=channel.vessels,
                min_confidence=channel.min_confidence,
                max_age=timedelta(days=channel.max_age_days) if channel.max_age_days else None,
                manner=manner_of(channel, zone=self.settings.port.time_zone),
            )
            for channel in self.settings.channels
            if channel.enabled and (replaying or not self.missing_secrets(channel))
        ]

    def channels(self, store: Store | None = None) -> dict[str, Channel]:
        """Make the channels that can run: enabled, and with their secrets given.

        With a store, messages get the pictures its scenes give.
        """
        return {
            item.name: self.channel(item, store)
            for item in self.settings.channels
            if item.enabled and not self.missing_secrets(item)
        }

    def channel(self, item: ChannelSettings, store: Store | None = None) -> Channel:
        """Make one channel."""
        evidence = self._evidence(store) if store is not None else None
        return open_channel(item, base=self.path, client=self.http, evidence=evidence)

    def _evidence(self, store: Store) -> EvidencePictures:
        here = RasterReader()  # without a door to the network: an alert waits for no download
        return EvidencePictures(
            store=store,
            gazetteer=self.gazetteer,
            reader=ArchivingReader(here, self.chip_archive) if self.chip_archive else here,
            zone=self.voice.zone,
            out=self.locate(self.settings.report.out),
        )

    @cached_property
    def press(self) -> Press:
        """How the pages are made."""
        return Press(
            title=self.settings.port.title,
            zone=self.settings.port.time_zone,
            key_area_id=self.key_area_id,
            overlay=self.overlay,
            tiles=self._tiles,
            second_opinions=tuple(
                (source.name, timedelta(days=source.lookback_days))
                for source in self.settings.sources.events
                if source.enabled
            ),
        )

    @property
    def _tiles(self) -> Tiles | None:
        report = self.settings.report
        if not report.tiles_url:
            return None
        return Tiles(
            url=report.tiles_url, attribution=report.tiles_attribution, terms=report.tiles_terms
        )

    def overlay(self, scene: Scene) -> SceneOverlay | None:
        """Draw a scene for the map; None where it cannot be read."""
        try:
            chip = self.surveyor.chip(scene)
        except (BadScene, TryLater, SourceRefused):
            return None
        laid = map_overlay(chip_image(chip), chip.grid)
        return SceneOverlay(
            scene_id=scene.id,
            label=", ".join(chip.bands),
            acquired_at=scene.acquired_at,
            sensor=scene.platform or scene.sensor,
            rendered=scene.rendered,
            webp=laid.webp,
            bounds=(laid.south, laid.west, laid.north, laid.east),
        )

    def analysis_jobs(self, store: Store, *, replaying: bool) -> list[Job]:
        """Make the jobs that turn observations into findings, in the order they follow."""
        every = self.settings.jobs
        _ = self.brief, self.key_area_id  # wrong areas or a wrong list must stop the start
        routes = self.routes(replaying=replaying)
        poll_every = timedelta(seconds=every.poll_every_s)
        survey_every = timedelta(seconds=every.survey_every_s)
        jobs = [
            Job(
                name=f"poll:{s.name}",
                every=_poll_interval(s, poll_every),
                run=partial(_poll_positions, store, s),
            )
            for s in self.positions(replaying=replaying, pace=StoredPace(store))
        ]
        if not replaying:
            jobs += self._stream_jobs(store)
        jobs += [
            Job(
                name=f"poll:{source.name}",
                every=timedelta(seconds=getattr(source, "every_s", every.survey_every_s)),
                run=partial(_poll_scenes, store, self.scene_sources.catalog(source)),
            )
            for source in self.scene_sources.running(replaying=replaying)
        ]
        if not replaying:
            jobs += [
                Job(
                    name=f"poll:{source.name}",
                    every=timedelta(seconds=source.every_s),
                    run=partial(_poll_events, store, events),
                )
                for source, events in self.second_opinions()
            ]
        jobs.append(
            Job(
                name="survey",
                every=survey_every,
                run=lambda now: f"{survey(store, self.surveyor, now=now).read} scenes judged",
            )
        )
        archive = self.chip_archive
        if archive is not None and not replaying:
            jobs.append(
                Job(
                    name="chips",
                    every=survey_every,
                    run=lambda now: f"{archive.tidy(now)} kept chips dropped",
                )
            )
        return [*jobs, self._assess_job(store, routes)]

    def history_jobs(self, store: Store, history: History) -> list[Job]:
        """Make the jobs of a replay of what another store holds: nothing is polled or judged."""
        _ = self.key_area_id
        return [
            Job(
                name="history",
                every=timedelta(hours=self.settings.replay.step_h),
                run=lambda now: history.take_in(store, now=now),
            ),
            self._assess_job(store, self.routes(replaying=True)),
        ]

    def _assess_job(self, store: Store, routes: list[Route]) -> Job:
        memory = Memory()

        def run(now: datetime) -> str:
            changes = assess(store, self.brief, routes, voice=self.voice, now=now, memory=memory)
            return f"{len(changes)} changes"

        return Job(
            name="assess", every=timedelta(seconds=self.settings.jobs.assess_every_s), run=run
        )

    def _stream_jobs(self, store: Store) -> list[Job]:
        every = {s.name: s for s in self.settings.sources.ais if isinstance(s, StreamSettings)}
        return [
            Job(
                name=inbox_job(name),
                every=timedelta(seconds=every[name].store_every_s),
                run=partial(_store_heard, store, listener),
            )
            for name, listener in self.listeners.items()
        ]

    def delivery_jobs(self, store: Store) -> list[Job]:
        """Make the jobs that tell people."""
        every = self.settings.jobs
        channels = self.channels(store)
        routes = self.routes(replaying=False)
        paces = {item.name: paces_of(item) for item in self.settings.channels}
        out = self.locate(self.settings.report.out)
        return [
            Job(
                name="notify",
                every=timedelta(seconds=every.notify_every_s),
                run=partial(_notify, store, routes, channels, self.voice, paces),
                is_aside=True,
            ),
            Job(
                name="publish",
                every=timedelta(seconds=every.publish_every_s),
                run=lambda now: str(publish(store, self.brief, self.press, out, now=now).page),
            ),
        ]

    def daemon(self, clock: Clock) -> Daemon:
        """Make the long-lived process; a half-built one is torn down as it would be stopped."""
        with ExitStack() as building:
            path = self.locate(self.settings.store.path)
            building.enter_context(writer_lock(path))
            store = open_store(path)
            building.callback(store.close)
            jobs = [*self.analysis_jobs(store, replaying=False), *self.delivery_jobs(store)]
            listeners = tuple(self.listeners.values())
            return Daemon(store, jobs, clock, building.pop_all(), listeners=listeners)

    def replay_plan(self, window: TimeWindow, step: timedelta | None = None) -> ReplayPlan:
        """Return the plan of a replay, bound to what the settings, areas and list hold now."""
        return ReplayPlan(
            window=window,
            step=step or timedelta(hours=self.settings.replay.step_h),
            inputs=self._inputs_digest(),
            context=True,
        )

    def history_plan(
        self,
        source: Store,
        *,
        start: datetime | None,
        end: datetime | None,
        step: timedelta | None = None,
    ) -> ReplayPlan:
        """Return the plan of a replay of what a store holds, bound to the same and to its path.

        With `step` it goes by that, else whenever something was found there.
        """
        return plan_of_store(
            source,
            start=start,
            end=end,
            step=step or timedelta(hours=self.settings.replay.step_h),
            by_step=step is not None,
            inputs=f"{self._inputs_digest()} {source.engine.url.database}",
        )

    def _inputs_digest(self) -> str:
        # As read, so with what the environment overrides.
        digest = hashlib.sha256(self.settings.model_dump_json().encode())
        for extra in (self.settings.port.aoi, self.settings.port.watchlist):
            if extra is not None:
                digest.update(self.locate(extra).read_bytes())
        return digest.hexdigest()


def _notify(
    store: Store,
    routes: list[Route],
    channels: dict[str, Channel],
    voice: Voice,
    paces: dict[str, tuple[Pace, ...]],
    now: datetime,
) -> str:
    with store.begin() as connection:
        dispatch(connection, routes, voice=voice, now=now)
    return str(
        deliver(
            store,
            channels,
            now=now,
            paces=paces,
            pause=_pause,
            announce=partial(announced, routes),
        )
    )


def _pause(span: timedelta) -> datetime:
    wait(span.total_seconds(), threading.Event())
    return SystemClock().now()


def open_configured_store(wiring: Wiring) -> Store:
    """Open the store the settings name."""
    return open_store(wiring.locate(wiring.settings.store.path))


def described_feed(source: AisHttpSettings) -> tuple[Preset, dict[str, str]]:
    """Return what a source asks and reads, and place -> environment variable of its secrets.

    Raises:
        ConfigError: Its preset is not known, or has no such secret.
    """
    variables = {f"header_{i}": env for i, env in enumerate(source.header_env.values())}
    headers = source.headers | {
        header: f"{{header_{i}}}" for i, header in enumerate(source.header_env)
    }
    if source.preset is None:
        own = {key: getattr(source, key) for key in Endpoint.model_fields} | {"headers": headers}
        preset = Preset(
            title=source.name,
            attribution=source.attribution,
            auth=source.auth,
            endpoints=(Endpoint.model_construct(**own),),
        )
        return preset, variables | source.secret_env
    preset = load_preset(source.preset)
    for place in source.secret_env.keys() - preset.secrets.keys():
        known = ", ".join(sorted(preset.secrets)) or "none"
        raise ConfigError(f"source {source.name}: {place!r} is no secret of its preset ({known})")
    changed: dict[str, Any] = {
        key: getattr(source, key)
        for key in ("max_age_s", "min_interval_s")
        if key in source.model_fields_set
    }
    endpoints = tuple(
        e.model_copy(update={"headers": e.headers | headers, **({} if n else changed)})
        for n, e in enumerate(preset.endpoints)
    )
    variables |= preset.secrets | source.secret_env
    return preset.model_copy(update={"endpoints": endpoints}), variables


def _poll_interval(source: PollsPositions, every: timedelta) -> timedelta:
    """Return how often to poll: a little more than the feed's own interval, not a little less."""
    if isinstance(source, HttpJsonPositions) and source.interval:
        return max(every, source.interval + timedelta(seconds=1))
    return every


def _make_drop_folder(folder: Path) -> None:
    """Make the folder into which files are to be dropped, so that there is one to drop them into.

    Raises:
        ConfigError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(f"{folder}: cannot be used as drop folder ({exc.strerror})") from exc


def _poll_positions(store: Store, source: PollsPositions, now: datetime) -> str:
    return _told(poll_positions(store, source, now=now))


def _store_heard(store: Store, listener: Listener, now: datetime) -> str:
    if not listener.is_started:
        return "nothing heard: a stream is listened to only by `monitor run`"
    return _told(listener.store_heard(store, now=now))


def _poll_scenes(store: Store, catalog: FindsScenes, now: datetime) -> str:
    return _told(poll_scenes(store, catalog, now=now))


def _poll_events(store: Store, source: PollsEvents, now: datetime) -> str:
    ingested = poll_events(store, source, now=now)
    lost = sum(ingested.tally.rejected.values())
    return f"{ingested.events} new events, {lost} rejected"


def _told(ingested: Ingested) -> str:
    lost = sum(ingested.tally.rejected.values())
    return f"{ingested.positions} positions, {ingested.scenes} scenes, {lost} rejected"
