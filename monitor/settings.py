"""The settings tree: one TOML file, checked to the last key. Secrets are named here, never held.

A setting may be overridden from the environment: `MONITOR_STORE__PATH=/var/lib/monitor.db`.
A secret is given as the name of an environment variable (`…_env`) or of a file (`…_file`).
"""

from __future__ import annotations

import datetime
import difflib
import os
import re
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from monitor.detect.picture import Criteria
from monitor.domain.finding import FindingKind, Severity
from monitor.errors import ConfigError
from monitor.rules import RulesSettings, criteria_of
from monitor.sources.ais.presets import Endpoint, FieldPath, OAuth

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as exc:
        raise ValueError(
            f"{name!r} is not a time zone; use a name such as 'Asia/Damascus'"
        ) from exc
    return name


def _known_zone_or_none(name: str | None) -> str | None:
    return name if name is None else _known_zone(name)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PortSettings(_Table):
    """Which port, and what to look for."""

    title: str = "Port"
    aoi: Path
    """GeoJSON of the areas, see docs/areas.md."""
    watchlist: Path | None = None
    watchlist_strict: bool = True
    """Refuse a list with any bad cell; false for a list made by others, of which the sound cells
    are taken and the others named by `monitor check`."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    key_area: str | None = None
    """Id of the area whose berths the page's first lines are about; all if left out."""


class StoreSettings(_Table):
    """Where the memory lies."""

    path: Path = Path("state/monitor.db")


class AisFolderSettings(_Table):
    """A folder into which AIS files are dropped."""

    kind: Literal["folder"]
    name: Name
    path: Path
    arrival: Literal["file", "event"] = "file"
    """`file`: a row arrives with its file; `event`: a row arrives when it says (replays)."""
    enabled: bool = True


_BESIDE_PRESET = frozenset(
    {"kind", "name", "enabled", "preset", "params", "secret_env", "headers", "header_env",
     "max_age_s", "min_interval_s"}
)  # fmt: skip
"""Keys that mean something beside a preset."""


class AisHttpSettings(_Table, Endpoint):
    """A JSON-over-HTTP feed: one that comes with us (`preset`), or described here in its words."""

    kind: Literal["http_json"]
    name: Name
    preset: str | None = None
    """One of the feeds in docs/feeds.md; it brings address, fields and units."""
    params: dict[str, str | float | int] = {}
    """What fills the places of the address, and may replace the area's box."""
    secret_env: dict[str, str] = {}
    """Place -> environment variable that holds its value; a preset names its own."""
    url: str = ""
    fields: dict[str, FieldPath] = {}
    header_env: dict[str, str] = {}
    """Header -> environment variable that holds its value."""
    auth: OAuth | None = None
    attribution: str = ""
    enabled: bool = True

    @model_validator(mode="after")
    def _one_way(self) -> AisHttpSettings:
        if self.preset is None and not (self.url and {"lon", "lat"} & self.fields.keys()):
            raise ValueError("give a preset, or url and fields with at least mmsi, time, lon, lat")
        theirs = self.model_fields_set - _BESIDE_PRESET
        if self.preset is not None and theirs:
            raise ValueError(
                f"a preset brings its own {sorted(theirs)[0]}; leave that out, or the preset"
            )
        return self


class GfwSettings(_Table):
    """Global Fishing Watch: visits, gaps and radar detections as others see them, days late."""

    kind: Literal["gfw"]
    name: Name = "gfw"
    token_env: str = "GFW_API_TOKEN"  # noqa: S105 - the name of a variable
    base: str = "https://gateway.api.globalfishingwatch.org/v3"
    lookback_days: float = Field(60.0, gt=0, le=365)
    """Asked for anew each time: what it says of the past changes for weeks."""
    every_s: float = Field(86_400.0, gt=0)
    enabled: bool = True


class _StreamSettings(_Table):
    name: Name
    keep: Literal["all", "area"] = "all"
    """`area`: only ships within `margin_nm` of the port's areas or in the control box, and
    watched ships anywhere."""
    margin_nm: float = Field(30.0, ge=0, le=600)
    """Round the port's areas, nautical miles: two hours at 15 knots."""
    store_every_s: float = Field(5.0, gt=0)
    """How often what was heard is stored."""
    silent_min_s: float = Field(600.0, gt=0)
    """Least silence after which an open connection is given up and made anew."""
    enabled: bool = True


class AisstreamSettings(_StreamSettings):
    """The websocket of aisstream.io. One connection only: the service allows no more."""

    kind: Literal["aisstream"]
    url: str = "wss://stream.aisstream.io/v0/stream"
    key_env: str = "AISSTREAM_API_KEY"
    key_file: Path | None = None
    """Holds the key, in place of `key_env`."""
    keep: Literal["all", "area"] = "area"
    subscribe: Literal["area", "world", "watched"] = "area"
    """`area`: ships near the port and in the control box. `world`: all ships, of which `keep`
    leaves those near the port and the watched. `watched`: watched ships only, 50 at most."""
    control_box: tuple[float, float, float, float] | None = None
    """(west, south, east, north): a busy place, subscribed to so that silence can be told."""


class NmeaTcpSettings(_StreamSettings):
    """A TCP server that sends NMEA, or the JSON lines of AIS-catcher or gpsd."""

    kind: Literal["nmea_tcp"]
    host: str
    port: int = Field(ge=1, le=65_535)
    hello: str = ""
    """Line sent first, for servers that wait to be asked (gpsd)."""


class NmeaUdpSettings(_StreamSettings):
    """A UDP port of ours to which receivers send NMEA, or the JSON lines of AIS-catcher."""

    kind: Literal["nmea_udp"]
    host: str = "127.0.0.1"
    """Own address to listen on. A UDP port believes whoever can reach it."""
    port: int = Field(10_110, ge=1, le=65_535)


class MqttSettings(_StreamSettings):
    """Topics of an MQTT broker: Digitraffic's, or what receivers publish."""

    kind: Literal["mqtt"]
    url: str
    """mqtt://, mqtts://, ws:// or wss://HOST, without a login."""
    topics: tuple[str, ...] = Field(min_length=1)
    username_env: str | None = None
    password_env: str | None = None


StreamSettings = AisstreamSettings | NmeaTcpSettings | NmeaUdpSettings | MqttSettings


class _SceneSettings(_Table):
    name: Name
    enabled: bool = True


class CatalogSettings(_SceneSettings):
    """A static STAC catalog in a folder."""

    kind: Literal["static_stac"]
    path: Path


class SceneFolderSettings(_SceneSettings):
    """A plain folder of GeoTIFFs, dated by their names or tags; see docs/imagery.md."""

    kind: Literal["folder"]
    path: Path
    sensor: str = ""
    """What took pictures whose names do not say so."""
    scale: float | None = Field(None, gt=0)
    """reflectance = number × scale + offset, for optical files that do not say so themselves."""
    offset: float = 0.0


class _WebSceneSettings(_SceneSettings):
    every_s: float = Field(3_600.0, ge=60)
    """How often it is asked, seconds."""
    lookback_days: float = Field(365.0, gt=0, le=4_000)
    """How far back the first search goes."""
    lateness_days: float = Field(15.0, ge=0, le=400)
    """How long after the pass a scene, or a newer processing of it, is still looked for."""
    max_cloud_percent: float = Field(95.0, ge=0, le=100)
    """Optical scenes with more cloud over the whole tile are left out."""


class StacApiSettings(_WebSceneSettings):
    """A STAC API: one that comes with us (`preset`), or any other by its address."""

    kind: Literal["stac_api"]
    preset: Literal["earth_search", "planetary_computer", "cdse"] | None = None
    url: str = ""
    """Landing page, in place of a preset."""
    collections: tuple[str, ...] = ()
    """A preset brings its own; naming some takes their place."""
    query: dict[str, Any] = {}
    """Limits by the query extension, such as `{ "eo:cloud_cover" = { lt = 60 } }`."""
    page_size: int = Field(100, ge=1, le=1_000)
    max_pages: int = Field(60, ge=1, le=1_000)
    asset_hosts: tuple[str, ...] = ()
    """Hosts of the files, beside the API's own; `.example.org` stands for all below it."""
    header_env: dict[str, str] = {}
    """Header -> environment variable that holds its value; sent to the API's own host only."""
    username_env: str | None = None
    password_env: str | None = None
    """Login of a preset that needs one; it names its own variables if left out."""
    client_id_env: str | None = None
    """In place of a login: variable with the id of an OAuth client of Copernicus Data Space,"""
    client_secret_env: str | None = None
    client_secret_file: Path | None = None
    """and the variable or the file that holds its secret."""

    @model_validator(mode="after")
    def _one_login(self) -> StacApiSettings:
        secrets = [s for s in (self.client_secret_env, self.client_secret_file) if s is not None]
        if self.client_id_env is None and not secrets:
            return self
        if self.preset != "cdse":
            raise ValueError("client_id_env and its secret go with preset 'cdse' only")
        if self.client_id_env is None or len(secrets) != 1:
            raise ValueError(
                "client_id_env wants client_secret_env or client_secret_file; one of them"
            )
        if self.username_env or self.password_env:
            raise ValueError("name a client or a login, not both")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> StacApiSettings:
        if (self.preset is None) == (not self.url):
            raise ValueError("give a preset, or the url of an API; one of them")
        if self.preset is None and not self.collections:
            raise ValueError("name the collections to search")
        plain = re.match(r"http://(127\.[0-9.]+|localhost|\[::1\])(:|/|$)", self.url)
        if self.url and not self.url.startswith("https://") and not plain:
            raise ValueError("url must begin with https:// (http:// only to this machine)")
        return self


class PlanetSettings(_WebSceneSettings):
    """Planet's Data API: finds, orders and reads PlanetScope scenes under your own key."""

    kind: Literal["planet"]
    url: str = "https://api.planet.com/data/v1"
    key_env: str = "PL_API_KEY"
    item_types: tuple[str, ...] = ("PSScene",)
    assets: tuple[str, ...] = ("ortho_analytic_8b_sr", "ortho_analytic_4b_sr")
    """In the order of preference; the first that an item has is activated."""
    lookback_days: float = Field(30.0, gt=0, le=4_000)
    """Short, because each scene read counts against the quota."""
    max_cloud_percent: float = Field(50.0, ge=0, le=100)
    max_activations: int = Field(20, ge=0, le=500)
    """Most scenes ordered in one search; the rest waits for the next."""


class TilesSettings(_SceneSettings):
    """Dated map tiles, XYZ or WMTS, by a template of their address."""

    kind: Literal["tiles"]
    url: str
    """With {z}, {x}, {y} (or {TileMatrix}, {TileCol}, {TileRow}; {-y} counts from the south),
    {date}, and {key} where a key belongs."""
    dates: tuple[datetime.date, ...] = ()
    """The days the layer shows. May be left out where the address holds {date}: each day is tried
    then."""
    time_utc: datetime.time = datetime.time(12)
    """When in the day it was taken, as far as is known."""
    sensor: str = "tiles"
    gsd_m: float = Field(10.0, gt=0.1, le=1_000)
    """Ground pixel wanted, metres; the coarsest zoom that gives it is taken."""
    max_zoom: int = Field(18, ge=0, le=24)
    key_env: str | None = None
    missing_sha256: tuple[str, ...] = ()
    """Hashes of pictures that stand for "no tile"."""
    lookback_days: float = Field(30.0, gt=0, le=4_000)
    every_s: float = Field(21_600.0, ge=60)
    cache: Path = Path("../state/tiles")
    attribution: str = ""

    @model_validator(mode="after")
    def _is_dated(self) -> TilesSettings:
        if "{date}" not in self.url and "{Time}" not in self.url and not self.dates:
            raise ValueError(
                "a layer without dates is a backdrop: when its pictures were taken is not known, "
                "so they are no evidence of any day. Give {date} in url, or dates"
            )
        return self


SceneSettings = (
    CatalogSettings | SceneFolderSettings | StacApiSettings | PlanetSettings | TilesSettings
)


class SourceSettings(_Table):
    """Where observations come from."""

    ais: tuple[
        Annotated[
            AisFolderSettings | AisHttpSettings | StreamSettings, Field(discriminator="kind")
        ],
        ...,
    ] = ()
    scenes: tuple[Annotated[SceneSettings, Field(discriminator="kind")], ...] = ()
    events: tuple[GfwSettings, ...] = ()
    """Second opinions, see docs/feeds.md."""


class FeedSettings(_Table):
    """What an AIS source should always hear; `[feeds.NAME]` beside the source of that name."""

    reference_mmsis: tuple[int, ...] = ()
    """Ships that are always there, such as ferries and tugs."""
    control_box: tuple[float, float, float, float] | None = None
    """West, south, east, north of busy water it covers, degrees."""
    expected: bool = True
    """Whether it is counted on: its silence is told. Not for files read in now and then."""

    @field_validator("control_box")
    @classmethod
    def _is_a_box(
        cls, box: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if box is not None:
            west, south, east, north = box
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError("give west, south, east, north in degrees, west and south first")
        return box


class JobSettings(_Table):
    """How often each job runs, seconds."""

    poll_every_s: float = Field(60.0, gt=0)
    survey_every_s: float = Field(900.0, gt=0)
    assess_every_s: float = Field(60.0, gt=0)
    notify_every_s: float = Field(15.0, gt=0)
    publish_every_s: float = Field(300.0, gt=0)


class ReplaySettings(_Table):
    """The virtual clock of `monitor replay`."""

    step_h: float = Field(6.0, gt=0)
    """Hours between two rounds of the jobs."""
    start: str | None = None
    """Default for --from, ISO 8601."""
    end: str | None = None
    """Default for --to, ISO 8601."""


class SurveySettings(_Table):
    """How scenes are judged."""

    references: int = Field(24, ge=0, le=200)
    """Most scenes of the same sensor and orbit a scene is compared with."""
    keep_chips: bool = False
    """Keep the port's part of every scene, so that none is fetched twice."""
    chips: Path = Path("state/chips")
    """Where: a STAC catalog of its own, see docs/imagery.md."""
    chips_keep_days: float | None = Field(None, gt=0)
    """Since acquisition; all are kept where it is left out."""
    chips_max_mb: float | None = Field(None, gt=0)
    """The oldest go when there are more; no limit where it is left out."""
    sea_height_m: float = Field(0.0, ge=-150, le=150)
    """How high the port's sea stands above the WGS 84 ellipsoid (the geoid there); only
    Sentinel-1 GRD needs it. 20 m too low moves its picture by 20-35 m away from the track."""


_WEB_FOLDER = r"^(https?://[!-;=?-~]+)?$"
_MAIL_ADDRESS = r"^[!-?A-~]+@[A-Za-z0-9.-]+$"
_Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[_Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _ChannelSettings(_Table):
    """What every channel has: what it wants, and when it is told."""

    name: Name
    min_severity: Severity = Severity.NOTICE
    kinds: tuple[FindingKind, ...] = ()
    """Only these kinds; all if empty."""
    places: tuple[str, ...] = ()
    """Only places whose id begins with one of these; all if empty."""
    max_age_days: float | None = Field(7.0, gt=0)
    """Silent about what was learned longer ago, as when an archive is read in."""
    vessels: tuple[int, ...] = ()
    """Only these IMO numbers or MMSIs; all if empty."""
    min_confidence: Literal["low", "medium", "high"] = "low"
    group_by: tuple[Literal["kind", "port", "vessel", "severity"], ...] = ("kind",)
    """What the notices of one group have in common."""
    group_wait_s: float = Field(0.0, ge=0, le=86_400)
    """How long the first notice of a group waits for others."""
    group_interval_s: float = Field(300.0, ge=0, le=86_400)
    """Least time between two tellings of one group."""
    group_from: int | None = Field(None, ge=0)
    """So many at once become one message; 0 for never. If left out 5, and never for a webhook."""
    steady_min: float = Field(0.0, ge=0, le=1_440)
    """Minutes an open finding must stand before it is told."""
    quiet_from: datetime.time | None = None
    quiet_to: datetime.time | None = None
    """Quiet hours, such as 22:00:00 and 07:00:00; `at_once` goes through."""
    quiet_days: tuple[_Day, ...] = DAYS
    """Days on which quiet hours begin."""
    time_zone: Annotated[str | None, AfterValidator(_known_zone_or_none)] = None
    """Of quiet hours and digests; the port's if left out."""
    digest: Literal["off", "daily", "weekly"] = "off"
    """Tell together, once a day or week, what `at_once` does not take out."""
    digest_at: datetime.time = datetime.time(8)
    digest_day: _Day = "mon"
    at_once: Literal["info", "notice", "warning", "critical", "never"] = "critical"
    """From this severity on neither quiet hours nor a digest hold a notice."""
    inhibit_at_most_h: float = Field(24.0, ge=0, le=8_760)
    """No silent feed and no interference holds a notice longer, hours; 0 for not at all."""
    repeat_h: float = Field(0.0, ge=0, le=8_760)
    """Tell again what is open and unacknowledged, hours; 0 for never."""
    escalate_to: Name | None = None
    """Channel that is told when nobody acknowledges."""
    escalate_after_min: float = Field(30.0, gt=0, le=10_080)
    escalate_from: Severity = Severity.WARNING
    max_per_minute: int | None = Field(None, ge=1)
    """Messages; what the vendor documents if left out."""
    enabled: bool = True

    @model_validator(mode="after")
    def _hours_go_together(self) -> _ChannelSettings:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError("quiet_from and quiet_to go together")
        times = (self.quiet_from, self.quiet_to, self.digest_at)
        if any(t is not None and t.tzinfo is not None for t in times):
            raise ValueError("times of day are local: write 22:00:00, and the zone as time_zone")
        return self


class _ChatSettings(_ChannelSettings):
    on_uncertain: Literal["resend", "hold"] = "resend"
    """What to do with a message that may have arrived although nobody said so."""


class _SecretUrlSettings(_ChatSettings):
    """A chat program whose webhook address is the secret."""

    url_env: str | None = None
    url_file: Path | None = None


class _PublicPictureSettings(_SecretUrlSettings):
    evidence_url: str = Field("", pattern=_WEB_FOLDER)
    """Public address of the folder `evidence` of the published pages, for chat programs that show
    pictures by their address only; no pictures if empty."""


class _TokenSettings(_ChatSettings):
    token_env: str | None = None
    token_file: Path | None = None


class SlackSettings(_PublicPictureSettings):
    """A Slack incoming webhook."""

    kind: Literal["slack"]


class SlackBotSettings(_TokenSettings):
    """A Slack bot in one channel."""

    kind: Literal["slack_bot"]
    channel: str = Field(pattern=r"^[A-Z0-9]+$")
    """The channel's id, `C…`."""
    on_update: Literal["edit", "reply", "new"] = "reply"
    base: str = "https://slack.com/api"


class MattermostSettings(_PublicPictureSettings):
    """A Mattermost incoming webhook."""

    kind: Literal["mattermost"]


class TeamsSettings(_PublicPictureSettings):
    """A Microsoft Teams workflow of the kind "webhook request received"."""

    kind: Literal["teams"]


class AppriseSettings(_SecretUrlSettings):
    """Any service that Apprise knows, by its address there; needs the extra `apprise`."""

    kind: Literal["apprise"]


class DiscordSettings(_SecretUrlSettings):
    """A Discord webhook."""

    kind: Literal["discord"]
    on_update: Literal["edit", "new"] = "edit"


class TelegramSettings(_TokenSettings):
    """A Telegram bot in one chat."""

    kind: Literal["telegram"]
    chat_id: str
    """The chat's number, or `@name` of a public channel."""
    on_update: Literal["edit", "reply", "new"] = "reply"
    base: str = "https://api.telegram.org"


class MatrixSettings(_ChannelSettings):
    """A room of a Matrix homeserver."""

    kind: Literal["matrix"]
    homeserver: str
    room: str
    """The room's id, `!…`."""
    token_env: str | None = None
    token_file: Path | None = None
    on_update: Literal["edit", "reply", "new"] = "reply"


class NtfySettings(_SecretUrlSettings):
    """A topic of an ntfy server; who knows its address can read along."""

    kind: Literal["ntfy"]
    token_env: str | None = None
    """For a topic that wants a login."""


class EmailSettings(_ChatSettings):
    """Mail through one SMTP server."""

    kind: Literal["email"]
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: str | None = None
    password_file: Path | None = None
    sender: str = Field(pattern=_MAIL_ADDRESS)
    to: tuple[Annotated[str, Field(pattern=_MAIL_ADDRESS)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _login_is_whole(self) -> EmailSettings:
        if bool(self.username) != bool(self.password_env or self.password_file):
            raise ValueError("username goes with password_env or password_file")
        if self.username and self.security == "none":
            raise ValueError("a password is not sent without TLS; set security")
        return self


class WebhookSettings(_ChannelSettings):
    """A generic webhook, signed as Standard Webhooks describes."""

    kind: Literal["webhook"]
    url: str
    secret_env: str | None = None
    secret_file: Path | None = None
    allow_private: bool = False
    """Let it reach loopback and private addresses."""


ChannelSettings = (
    AppriseSettings
    | DiscordSettings
    | EmailSettings
    | MatrixSettings
    | MattermostSettings
    | NtfySettings
    | SlackBotSettings
    | SlackSettings
    | TeamsSettings
    | TelegramSettings
    | WebhookSettings
)


class ReportSettings(_Table):
    """Where the published pages go."""

    out: Path = Path("state/report")
    url: str = Field("", pattern=_WEB_FOLDER)
    """Public address of that folder, to which messages link; no links if empty."""
    tiles_url: str = Field("", pattern=r"^(https://[!-;=?-~]+)?$")
    """Online map beneath ours, `https://…/{z}/{x}/{y}.png`: whoever opens the page then asks that
    host for it. None if empty; read its terms first."""
    tiles_attribution: str = ""
    """What its terms ask to be shown."""
    tiles_terms: str = Field("", pattern=_WEB_FOLDER)
    """Address of its terms."""

    @model_validator(mode="after")
    def _tiles_are_credited(self) -> ReportSettings:
        if self.tiles_url and not self.tiles_attribution.strip():
            raise ValueError("tiles_url needs tiles_attribution: what the provider asks to show")
        if self.tiles_url and not all(k in self.tiles_url for k in ("{z}", "{x}", "{y}")):
            raise ValueError("tiles_url needs {z}, {x} and {y}")
        return self


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="MONITOR_", env_nested_delimiter="__"
    )

    port: PortSettings
    store: StoreSettings = StoreSettings()
    sources: SourceSettings = SourceSettings()
    feeds: dict[Name, FeedSettings] = {}
    jobs: JobSettings = JobSettings()
    survey: SurveySettings = SurveySettings()
    replay: ReplaySettings = ReplaySettings()
    channels: tuple[Annotated[ChannelSettings, Field(discriminator="kind")], ...] = ()
    report: ReportSettings = ReportSettings()
    rules: RulesSettings = Field(default_factory=RulesSettings)  # type: ignore[valid-type]
    """Every threshold of the analysis, see docs/findings.md."""

    def thresholds(self) -> Criteria:
        """Return the criteria as the analysis takes them."""
        return criteria_of(self.rules)


def load_settings(path: Path) -> Settings:
    """Read and check one settings file; relative paths in it are meant from its own folder.

    Raises:
        ConfigError: Unreadable, not TOML, or any key or value wrong; every fault is named with
            file and key, and an unknown key with the nearest valid one.
    """
    _parsed(path)

    class _FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (env_settings, TomlConfigSettingsSource(settings_cls, toml_file=path))

    try:
        settings = _FromFile()
    except ValidationError as exc:
        raise _refused(path, exc) from None  # the cause would repeat the values
    _check_names(path, settings)
    return settings


def load_rules(path: Path) -> Criteria:
    """Read the thresholds of a settings file, or of one that holds nothing but `[rules]`.

    Raises:
        ConfigError: As of `load_settings`.
    """
    if "port" in (table := _parsed(path)):
        return load_settings(path).thresholds()
    try:
        return criteria_of(_OnlyRules(**table).rules)
    except ValidationError as exc:
        raise _refused(path, exc) from None


class _OnlyRules(_Table):
    rules: RulesSettings = Field(default_factory=RulesSettings)  # type: ignore[valid-type]


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except IsADirectoryError as exc:
        raise ConfigError(f"{path}: is a folder; name the settings file in it") from exc
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read ({exc.strerror})") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path}: not TOML: {exc}") from exc


def _refused(path: Path, exc: ValidationError) -> ConfigError:
    return ConfigError("\n".join(f"{path}: {_fault(error)}" for error in exc.errors()))


def resolve(base: Path, path: Path) -> Path:
    """Return `path` as meant in the settings file `base`."""
    return path if path.is_absolute() else (base.parent / path)


def secret(*, env: str | None, file: Path | None, base: Path, what: str) -> str | None:
    """Return a secret from the environment or a file, or None if it is not given.

    Raises:
        ConfigError: Neither way is configured, or the file cannot be read.
    """
    if env:
        return os.environ.get(env) or None
    if file:
        try:
            return resolve(base, file).read_text("utf-8").strip() or None
        except OSError as exc:
            raise ConfigError(f"{base}: {what}: {file} cannot be read ({exc.strerror})") from exc
    raise ConfigError(f"{base}: {what}: name an environment variable or a file that holds it")


def _check_names(path: Path, settings: Settings) -> None:
    groups = {
        "sources.ais": [s.name for s in settings.sources.ais],
        "sources.scenes": [s.name for s in settings.sources.scenes],
        "sources.events": [s.name for s in settings.sources.events],
        "channels": [c.name for c in settings.channels],
    }
    for group, names in groups.items():
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ConfigError(f"{path}: {group}: the name {twice[0]!r} is used twice")
    for channel in settings.channels:
        to = channel.escalate_to
        if to is not None and (to == channel.name or to not in groups["channels"]):
            raise ConfigError(
                f"{path}: channels.{channel.name}: escalate_to: there is no other channel {to!r}"
            )
    strangers = sorted(settings.feeds.keys() - set(groups["sources.ais"]))
    if strangers:
        raise ConfigError(f"{path}: feeds.{strangers[0]}: there is no AIS source of that name")


def _fault(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = [str(part) for part in error["loc"]]
    key = ".".join(where)
    if where == ["criteria"]:
        return "'criteria' is now called 'rules'"
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _wrong_kind(where, error["ctx"].get("tag"))
    if error["type"] == "extra_forbidden":
        known = _keys_at(where[:-1])
        near = difflib.get_close_matches(where[-1], known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
        return f"unknown key {key!r}{hint}"
    if error["type"] in ("model_type", "dict_type"):
        return f"{key!r}: must be a table"
    if error["type"] == "missing":
        return f"{key!r} is missing"
    return f"{key!r}: {error['msg'].removeprefix('Value error, ')}"


def _wrong_kind(where: list[str], told: str | None) -> str:
    """Say which kinds of entry there are at a location, and which is nearest to the one told."""
    kinds = sorted(_node_at(where)[1].get("discriminator", {}).get("mapping", {}))
    key, there_are = ".".join(where), f"there are: {', '.join(kinds)}"
    if told is None:
        return f"{key!r}: 'kind' is missing; {there_are}"
    near = difflib.get_close_matches(told, kinds, n=1)
    hint = f"did you mean {near[0]!r}?" if near else there_are
    return f"{key!r}: there is no kind {told!r}; {hint}"


def _keys_at(where: list[str]) -> list[str]:
    """Return the valid keys of the table at a location of a validation error."""
    schema, node = _node_at(where)
    return list(_deref(schema, node).get("properties", {}))


def _node_at(where: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of all settings and the part of it at a location."""
    schema = Settings.model_json_schema()
    node: dict[str, Any] = schema
    for part in where:
        node = _follow(schema, node, part)
    return schema, node


def _deref(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _follow(schema: dict[str, Any], node: dict[str, Any], part: str) -> dict[str, Any]:
    node = _deref(schema, node)
    if part.isdigit():
        items: dict[str, Any] = node.get("items", {})
        return items
    mapping = node.get("discriminator", {}).get("mapping", {})
    if part in mapping:
        return {"$ref": mapping[part]}
    found: dict[str, Any] = node.get("properties", {}).get(part, {})
    return found
