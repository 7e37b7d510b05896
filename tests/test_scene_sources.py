"""Catalogs of scenes from the settings file to what is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import BadScene, ConfigError
from monitor.scene_sources import missing_secrets
from monitor.sources.imagery.planet import PlanetScenes
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
