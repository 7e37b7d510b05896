"""Feeds from the settings file to what is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from monitor.bundled import bundled
from monitor.errors import ConfigError
from monitor.sources.ais.http_json import HttpJsonPositions
from monitor.sources.imagery.chip_archive import ArchivingReader
from monitor.sources.imagery.raster import RasterReader
from monitor.store.engine import open_store
from monitor.wiring import Wiring
from tests.flows.story import monitor
from tests.wired import wires

OWN = """
[[sources.ais]]
kind = "http_json"
name = "own"
url = "https://ais.example/x?bbox={west},{south},{east},{north}"
header_env = { authorization = "OWN_TOKEN" }
fields = { mmsi = "m", time = "t", lon = "x", lat = "y", sog_kn = { path = "v", unit = "m/s" } }
"""
HUB = '[[sources.ais]]\nkind = "http_json"\nname = "hub"\npreset = "aishub"\n'


@pytest.fixture
def wired(tmp_path: Path) -> Callable[[str], Wiring]:
    """Return a function that loads settings of Tartus with some sources."""
    return wires(tmp_path)


def test_a_preset_waits_for_its_own_secret(
    wired: Callable[[str], Wiring], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The preset names the variable; the settings may name another."""
    monkeypatch.delenv("AISHUB_USERNAME", raising=False)
    wiring = wired(HUB)
    (source,) = wiring.settings.sources.ais
    assert wiring.missing_secrets(source) == ["AISHUB_USERNAME"]
    assert wiring.positions(replaying=False) == []
    monkeypatch.setenv("HUB_USER", "me")
    wiring = wired(HUB + 'secret_env = { username = "HUB_USER" }\n')
    (made,) = wiring.positions(replaying=False)
    assert isinstance(made, HttpJsonPositions)
    assert wiring.positions(replaying=True) == []


def test_a_feed_is_polled_a_little_slower_than_it_allows(
    wired: Callable[[str], Wiring], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A poll due exactly at the limit would come too soon every other time."""
    monkeypatch.setenv("AISHUB_USERNAME", "me")
    store = open_store(tmp_path / "s.db")
    for extra, every_s in (("", 61), ("min_interval_s = 30\n", 61), ("min_interval_s = 90\n", 91)):
        jobs = wired(HUB + extra).analysis_jobs(store, replaying=False)
        assert {j.name: j.every for j in jobs}["poll:hub"] == timedelta(seconds=every_s)
    store.close()


def test_a_feed_described_in_the_settings_needs_no_preset(
    wired: Callable[[str], Wiring], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address, fields and units may stand in the settings, with places for the area."""
    wiring = wired(OWN)
    (source,) = wiring.settings.sources.ais
    assert wiring.missing_secrets(source) == ["OWN_TOKEN"]
    monkeypatch.setenv("OWN_TOKEN", "Bearer x\n")
    (made,) = wiring.positions(replaying=False)
    assert made.name == "own"


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        (HUB.replace("aishub", "aishup"), "preset 'aishup' is not known; did you mean 'aishub'"),
        (HUB + "params = { intervall = 3 }\n", "did you mean 'interval'"),
        (HUB + 'secret_env = { user = "X" }\n', r"'user' is no secret of its preset \(username\)"),
        (HUB + 'url = "https://x"\n', "a preset brings its own url"),
        (HUB + "presett = 'x'\n", "did you mean 'preset'"),
        ('[[sources.ais]]\nkind = "http_json"\nname = "a"\n', "give a preset, or url and fields"),
        (OWN.replace("sog_kn", "sog_knots"), "did you mean 'sog_kn'"),
        (OWN.replace('"m/s"', '"m/ss"'), "did you mean 'm/s'"),
        (OWN.replace(', lat = "y"', ""), "fields misses lat"),
        (OWN.replace("{north}", "{nort}"), r"nothing fills \{nort\}"),
    ],
)
def test_a_feed_described_wrongly_is_refused_before_it_is_asked(
    wired: Callable[[str], Wiring], sources: str, says: str
) -> None:
    """`check` finds it, secrets or no secrets, and names the nearest word."""

    def check() -> None:
        wiring = wired(sources)
        for source in wiring.settings.sources.ais:
            wiring.missing_secrets(source)

    with pytest.raises(ConfigError, match=says):
        check()


def test_a_second_opinion_waits_for_its_token_and_is_asked_once_a_day(
    wired: Callable[[str], Wiring], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has a job of its own, live only."""
    monkeypatch.delenv("GFW_API_TOKEN", raising=False)
    wiring = wired('[[sources.events]]\nkind = "gfw"\n')
    assert wiring.second_opinions() == []
    monkeypatch.setenv("GFW_API_TOKEN", "t")
    store = open_store(tmp_path / "s.db")
    jobs = {j.name: j.every for j in wiring.analysis_jobs(store, replaying=False)}
    assert jobs["poll:gfw"] == timedelta(days=1)
    assert "poll:gfw" not in {j.name for j in wiring.analysis_jobs(store, replaying=True)}
    store.close()


def test_two_processes_share_one_allowance(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`monitor once` twice within a minute asks AISHub once."""
    monkeypatch.setenv("AISHUB_USERNAME", "me")
    httpserver.expect_request("/ws.php").respond_with_json([{"ERROR": False}, []])
    path = tmp_path / "monitor.toml"
    path.write_text(
        f"[port]\naoi = {json.dumps(str(bundled('aoi', 'tartus.geojson')))}\n"
        f'[store]\npath = "m.db"\n[report]\nout = "r"\n{HUB}'
        f'params = {{ base = "{httpserver.url_for("").rstrip("/")}" }}\n'
    )
    for _ in range(2):
        done = monitor("once", "-c", path)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(httpserver.log) == 1


def test_chips_are_kept_where_the_settings_say_so(
    wired: Callable[[str], Wiring], tmp_path: Path
) -> None:
    """Off by default; on, the survey reads past the archive and a job keeps it in bounds."""
    plain = wired("")
    assert plain.chip_archive is None
    assert isinstance(plain.surveyor.plan.reader, RasterReader)
    kept = wired('[survey]\nkeep_chips = true\nchips = "kept"\nchips_keep_days = 30\n')
    assert isinstance(kept.surveyor.plan.reader, ArchivingReader)
    assert kept.chip_archive is not None
    assert kept.chip_archive.root == tmp_path / "kept"
    store = open_store(tmp_path / "m.db")
    names = {
        replaying: [job.name for job in kept.analysis_jobs(store, replaying=replaying)]
        for replaying in (False, True)
    }
    assert names[False].index("chips") == names[False].index("survey") + 1
    assert "chips" not in names[True]
    assert "chips" not in [job.name for job in plain.analysis_jobs(store, replaying=False)]
