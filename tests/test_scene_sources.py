"""Catalogs of scenes from the settings file to what is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from monitor.errors import BadScene, ConfigError, SourceRefused
from monitor.scene_sources import missing_secrets
from monitor.sources.imagery.planet import PlanetScenes
from monitor.sources.imagery.presets import PRESETS
from monitor.sources.imagery.stac_api import StacApi
from monitor.store.engine import open_store
from monitor.wiring import Wiring
from tests.wired import wires

HEAD = '[[sources.scenes]]\nname = "s"\n'
EARTH = HEAD + 'kind = "stac_api"\npreset = "earth_search"\n'
CDSE = HEAD + 'kind = "stac_api"\npreset = "cdse"\n'
OWN = HEAD + 'kind = "stac_api"\nurl = "https://stac.example/v1"\ncollections = ["s2"]\n'
PLANET = HEAD + 'kind = "planet"\n'
TILES = HEAD + 'kind = "tiles"\nurl = "https://t.example/{date}/{z}/{x}/{y}.png"\n'


@pytest.fixture
def wired(tmp_path: Path) -> Callable[[str], Wiring]:
    """Return a function that loads settings of Tartus with some sources."""
    return wires(tmp_path)


def test_a_service_without_account_runs_by_one_word(
    wired: Callable[[str], Wiring], tmp_path: Path
) -> None:
    """It is asked over the port's own ground, at its own pace, and in no replay."""
    wiring = wired(EARTH)
    (source,) = wiring.scene_sources.running()
    assert isinstance(wiring.scene_sources.catalog(source), StacApi)
    store = open_store(tmp_path / "s.db")
    jobs = {j.name: j.every for j in wiring.analysis_jobs(store, replaying=False)}
    assert jobs["poll:s"] == timedelta(hours=1)
    assert "poll:s" not in [j.name for j in wiring.analysis_jobs(store, replaying=True)]
    store.close()


def test_files_are_asked_for_where_their_catalog_keeps_them(
    wired: Callable[[str], Wiring],
) -> None:
    """The hosts of the catalogs that run, and no other."""
    files = wired(EARTH).scene_sources.remote_files
    href = "https://sentinel-cogs.s3.us-west-2.amazonaws.com/x/B02.tif"
    assert files.remote(href).url == href
    with pytest.raises(BadScene):
        files.remote("https://download.dataspace.copernicus.eu/x")
    own = wired(OWN + 'asset_hosts = [".example.org"]\n').scene_sources.remote_files
    assert own.remote("https://a.example.org/x.tif").headers == ()


def test_a_key_of_an_api_stays_with_its_host(
    wired: Callable[[str], Wiring], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header of the settings is sent to the API's own host and not to a store beside it."""
    text = OWN + 'asset_hosts = ["b.example"]\nheader_env = { x-key = "OWN_KEY" }\n'
    assert missing_secrets(wired(text).settings.sources.scenes[0]) == ["OWN_KEY"]
    monkeypatch.setenv("OWN_KEY", "s3cr3t")
    files = wired(text).scene_sources.remote_files
    assert files.remote("https://stac.example/f.tif").headers == (("x-key", "s3cr3t"),)
    assert files.remote("https://b.example/f.tif").headers == ()


CLIENT = CDSE + 'client_id_env = "C_ID"\n'
CDSE_FILE = "https://download.dataspace.copernicus.eu/odata/v1/x/$value"


@pytest.fixture
def token_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, list[str]]]]:
    """Run a token service on this machine that knows one client; yield the forms it was sent."""
    asked: list[dict[str, list[str]]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            asked.append(form)
            known = form.get("client_secret") == ["hunter+2"]
            body = b'{"access_token": "tok", "expires_in": 600}'
            if not known:
                body = b'{"error": "invalid_client", "error_description": "not hunter-wrong"}'
            self.send_response(200 if known else 401)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    service = f"http://127.0.0.1:{server.server_port}/token"
    monkeypatch.setitem(PRESETS, "cdse", replace(PRESETS["cdse"], service=service))
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("kept_in", ["env", "file"])
def test_a_client_of_copernicus_has_its_tokens(
    wired: Callable[[str], Wiring],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    token_service: list[dict[str, list[str]]],
    kept_in: str,
) -> None:
    """Id and secret are sent to the token service, and only its token goes with a file."""
    monkeypatch.setenv("C_ID", "sh-1")
    monkeypatch.setenv("C_SECRET", "hunter+2")
    (tmp_path / "held").write_text("hunter+2\n", "utf-8")
    held = {
        "env": 'client_secret_env = "C_SECRET"',
        "file": f'client_secret_file = "{tmp_path}/held"',
    }
    files = wired(CLIENT + held[kept_in] + "\n").scene_sources.remote_files
    assert files.remote(CDSE_FILE).headers == (("authorization", "Bearer tok"),)
    assert token_service == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["sh-1"],
            "client_secret": ["hunter+2"],
        }
    ]


def test_a_wrong_client_is_refused_without_its_secret(
    wired: Callable[[str], Wiring],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    token_service: list[dict[str, list[str]]],
) -> None:
    """Neither the message nor the log repeats the secret, even where the service does."""
    caplog.set_level("DEBUG")
    monkeypatch.setenv("C_ID", "sh-1")
    monkeypatch.setenv("C_SECRET", "hunter-wrong")
    files = wired(CLIENT + 'client_secret_env = "C_SECRET"\n').scene_sources.remote_files
    with pytest.raises(SourceRefused) as caught:
        files.remote(CDSE_FILE)
    assert len(token_service) == 1
    assert "hunter-wrong" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    ("text", "variables"),
    [(CDSE, ["CDSE_USERNAME", "CDSE_PASSWORD"]), (PLANET, ["PL_API_KEY"]),
     (TILES + 'key_env = "TILES_KEY"\n', ["TILES_KEY"]), (TILES, []), (EARTH, [])],
)  # fmt: skip
def test_an_account_is_waited_for(
    wired: Callable[[str], Wiring],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    variables: list[str],
) -> None:
    """Off until the variables are set, on when they are."""
    for name in variables:
        monkeypatch.delenv(name, raising=False)
    wiring = wired(text)
    assert missing_secrets(wiring.settings.sources.scenes[0]) == variables
    assert len(wiring.scene_sources.running()) == (not variables)
    for name in variables:
        monkeypatch.setenv(name, "x")
    sources = wired(text).scene_sources
    made = [sources.catalog(source) for source in sources.running()]
    assert len(made) == 1
    assert isinstance(made[0], PlanetScenes) is (text == PLANET)
    assert sources.remote_files is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + 'kind = "stac_api"\n', "preset"),
        (OWN + 'preset = "cdse"\n', "one of them"),
        (CLIENT, "client_secret_env or client_secret_file"),
        (CDSE + 'client_secret_env = "S"\n', "client_id_env wants"),
        (CLIENT + 'client_secret_env = "S"\nusername_env = "U"\n', "not both"),
        (EARTH + 'client_id_env = "I"\nclient_secret_env = "S"\n', "preset 'cdse' only"),
        (OWN.replace('collections = ["s2"]\n', ""), "collections"),
        (OWN.replace("https", "http"), "https://"),
        (OWN.replace("https://stac.example", "http://127.0.0.1.evil.example"), "https://"),
        (TILES.replace("{date}/", ""), "backdrop"),
        (EARTH.replace("earth_search", "earthsearch"), "earth_search"),
        (HEAD + 'kind = "planets"\n', "planet"),
    ],
)
def test_wrong_settings_are_told(wired: Callable[[str], Wiring], text: str, words: str) -> None:
    """An undated layer is refused as evidence; an address without TLS leaves this machine never."""
    with pytest.raises(ConfigError, match=words):
        wired(text)


def test_too_many_tiles_are_told(wired: Callable[[str], Wiring]) -> None:
    """A wish for pixels too fine for the port's extent is an error of the settings."""
    wiring = wired(TILES + "gsd_m = 0.2\nmax_zoom = 20\n")
    with pytest.raises(ConfigError, match="tiles at zoom"):
        wiring.scene_sources.catalog(wiring.settings.sources.scenes[0])
