"""Catalogs of scenes from their settings: which run, what they wait for, and how their files are
asked for. Part of the wiring, in a room of its own because there are many kinds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from monitor.clock import Clock
from monitor.errors import ConfigError
from monitor.settings import (
    CatalogSettings,
    PlanetSettings,
    SceneFolderSettings,
    SceneSettings,
    StacApiSettings,
    TilesSettings,
    secret,
)
from monitor.sources.base import FindsScenes, OpensRemote
from monitor.sources.imagery.folder import SceneFolder
from monitor.sources.imagery.planet import PlanetApi, PlanetQuery, PlanetScenes, PlanetShelf
from monitor.sources.imagery.presets import CDSE_LOGIN, PRESETS, StacPreset
from monitor.sources.imagery.signing import (
    BearerShelf,
    LoginShelf,
    PlainShelf,
    RemoteFiles,
    SasShelf,
    Shelf,
)
from monitor.sources.imagery.stac_api import StacApi, StacQuery
from monitor.sources.imagery.static_stac import StaticCatalog
from monitor.sources.imagery.tiles import TileLayer, TileScenes
from monitor.sources.imagery.web_hrefs import HostList, host_of
from monitor.sources.web import AsksWeb, Tokens

Area = tuple[float, float, float, float]


class SceneSources:
    """The catalogs of one settings file."""

    def __init__(
        self,
        sources: Sequence[SceneSettings],
        *,
        area: Callable[[], Area],
        ask: AsksWeb,
        clock: Clock,
        locate: Callable[[Path], Path],
    ) -> None:
        """Say what they are made from.

        Args:
            sources: The settings of each.
            area: Returns west, south, east, north of the port, degrees.
            ask: Asks an address.
            clock: Tells when signatures end.
            locate: Returns a path as the settings file means it.
        """
        self._sources = tuple(sources)
        self._area, self._ask, self._clock, self._locate = area, ask, clock, locate

    def running(self, *, replaying: bool = False) -> list[SceneSettings]:
        """Return the settings of those that can run: enabled, with their secrets.

        Args:
            replaying: Only what lies on disk.
        """
        on_disk = (CatalogSettings, SceneFolderSettings)
        return [
            source
            for source in self._sources
            if source.enabled
            and not missing_secrets(source)
            and (isinstance(source, on_disk) or not replaying)
        ]

    def catalog(self, source: SceneSettings) -> FindsScenes:
        """Make one catalog.

        Raises:
            ConfigError: It cannot be made from its settings and the port's areas.
        """
        if isinstance(source, CatalogSettings):
            return StaticCatalog(source.name, self._locate(source.path))
        if isinstance(source, SceneFolderSettings):
            return SceneFolder(
                source.name,
                self._locate(source.path),
                sensor=source.sensor,
                scale=source.scale,
                offset=source.offset,
            )
        if isinstance(source, StacApiSettings):
            return self._stac_api(source)
        if isinstance(source, PlanetSettings):
            return PlanetScenes(source.name, self._planet_query(source), self._planet[source.name])
        return self._tiles(source)

    @cached_property
    def remote_files(self) -> OpensRemote:
        """How the files of all catalogs that run are asked for."""
        shelves: list[Shelf] = []
        for source in self.running():
            if isinstance(source, StacApiSettings):
                shelves += self._stac_shelves(source)
            elif isinstance(source, PlanetSettings):
                shelves.append(PlanetShelf(self._planet[source.name]))
        return RemoteFiles(shelves)

    def _stac_api(self, source: StacApiSettings) -> StacApi:
        preset = PRESETS[source.preset] if source.preset else None
        query = StacQuery(
            url=preset.url if preset else source.url,
            collections=source.collections or (preset.collections if preset else ()),
            area=self._area(),
            hosts=_hosts(source, preset),
            query=source.query or None,
            max_cloud_percent=source.max_cloud_percent,
            page_size=source.page_size,
            max_pages=source.max_pages,
            lateness=timedelta(days=source.lateness_days),
            lookback=timedelta(days=source.lookback_days),
            headers=_headers(source),
            attribution=preset.attribution if preset else "",
        )
        return StacApi(source.name, query, ask=self._ask, clock=self._clock)

    def _stac_shelves(self, source: StacApiSettings) -> list[Shelf]:
        preset = PRESETS[source.preset] if source.preset else None
        hosts, headers = _hosts(source, preset), _headers(source)
        if preset and preset.signing == "sas":
            return [
                SasShelf(
                    source.name, hosts, ask=self._ask, clock=self._clock, service=preset.service
                )
            ]
        if preset and preset.signing == "cdse":
            return [BearerShelf(hosts, self._cdse_tokens(source, preset), self._clock)]
        if headers:
            # A key of the API goes to the API's own host and no further.
            own = HostList(hosts=hosts.hosts[:1], plain_http=hosts.plain_http)
            return [LoginShelf(own, headers), PlainShelf(hosts=hosts)]
        return [PlainShelf(hosts=hosts)]

    def _cdse_tokens(self, source: StacApiSettings, preset: StacPreset) -> Tokens:
        if source.client_id_env:
            return self._client_tokens(source, source.client_id_env, preset)
        username, password = (os.environ[env].strip() for env in _login(source))
        return Tokens(
            source.name,
            ask=self._ask,
            url=preset.service,
            form={
                "grant_type": "password",
                "client_id": "cdse-public",
                "username": username,
                "password": password,
            },
            secrets=(username, password),
        )

    def _client_tokens(self, source: StacApiSettings, id_env: str, preset: StacPreset) -> Tokens:
        """Return tokens by client credentials (RFC 6749, section 4.4), without a session."""
        client_id = os.environ[id_env].strip()
        held = secret(
            env=source.client_secret_env,
            file=source.client_secret_file and self._locate(source.client_secret_file),
            base=Path(),
            what=f"sources.scenes.{source.name}",
        )
        if not held:
            raise ConfigError(f"sources.scenes.{source.name}: client_secret_file is empty")
        return Tokens(
            source.name,
            ask=self._ask,
            url=preset.service,
            form={"client_id": client_id, "client_secret": held.strip()},
            secrets=(client_id, held.strip()),
        )

    @cached_property
    def _planet(self) -> dict[str, PlanetApi]:
        return {
            source.name: PlanetApi(
                source.name,
                source.url,
                key=os.environ[source.key_env].strip(),
                ask=self._ask,
                clock=self._clock,
            )
            for source in self.running()
            if isinstance(source, PlanetSettings)
        }

    def _planet_query(self, source: PlanetSettings) -> PlanetQuery:
        return PlanetQuery(
            url=source.url.rstrip("/"),
            area=self._area(),
            item_types=source.item_types,
            assets=source.assets,
            max_cloud_percent=source.max_cloud_percent,
            lateness=timedelta(days=source.lateness_days),
            lookback=timedelta(days=source.lookback_days),
            max_activations=source.max_activations,
        )

    def _tiles(self, source: TilesSettings) -> TileScenes:
        layer = TileLayer(
            url=source.url,
            area=self._area(),
            folder=self._locate(source.cache) / source.name,
            dates=source.dates,
            time_utc=source.time_utc,
            sensor=source.sensor,
            gsd_m=source.gsd_m,
            max_zoom=source.max_zoom,
            missing_sha256=source.missing_sha256,
            lookback=timedelta(days=source.lookback_days),
            key=os.environ[source.key_env].strip() if source.key_env else "",
            attribution=source.attribution,
        )
        try:
            return TileScenes(source.name, layer, ask=self._ask, clock=self._clock)
        except ValueError as exc:
            raise ConfigError(f"sources.scenes.{source.name}: {exc}") from exc


def missing_secrets(source: SceneSettings) -> list[str]:
    """Return the environment variables a catalog needs and does not find."""
    names: list[str | None] = []
    if isinstance(source, StacApiSettings):
        names = [*_login(source), *source.header_env.values()]
    elif isinstance(source, PlanetSettings | TilesSettings):
        names = [source.key_env]
    return [name for name in names if name and not os.environ.get(name)]


def _login(source: StacApiSettings) -> tuple[str, ...]:
    if source.preset is None or PRESETS[source.preset].signing != "cdse":
        return ()
    if source.client_id_env:
        return tuple(env for env in (source.client_id_env, source.client_secret_env) if env)
    return source.username_env or CDSE_LOGIN[0], source.password_env or CDSE_LOGIN[1]


def _headers(source: StacApiSettings) -> dict[str, str]:
    return {header: os.environ[env].strip() for header, env in source.header_env.items()}


def _hosts(source: StacApiSettings, preset: StacPreset | None) -> HostList:
    if preset:
        return HostList(hosts=(*preset.hosts, *source.asset_hosts))
    named = tuple(host.lower() for host in source.asset_hosts)
    return HostList(
        hosts=(host_of(source.url), *named), plain_http=source.url.startswith("http://")
    )
