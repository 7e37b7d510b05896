"""Live, end to end: a polled JSON feed in, a signed webhook out, over real sockets."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook
from werkzeug import Request, Response

from monitor.bundled import bundled
from tests.flows.story import monitor

SECRET = "whsec_" + base64.b64encode(b"not a secret, a test of one").decode()


@pytest.fixture
def config(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write settings that poll the test server and post to it."""
    monkeypatch.setenv("TEST_FEED_TOKEN", "feed-token")
    monkeypatch.setenv("TEST_HOOK_SECRET", SECRET)
    path = tmp_path / "monitor.toml"
    path.write_text(
        f"""
[port]
title = "Tartus"
aoi = {json.dumps(str(bundled("aoi", "tartus.geojson")))}
watchlist = {json.dumps(str(bundled("config", "watchlist.csv")))}
[store]
path = "monitor.db"
[report]
out = "report"
[[sources.ais]]
name = "feed"
kind = "http_json"
url = "{httpserver.url_for("/latest?key=URL-KEY")}"
items = "data"
header_env = {{ Authorization = "TEST_FEED_TOKEN" }}
fields = {{ mmsi = "id", lon = "pos.0", lat = "pos.1", time = "at", sog_kn = "v", name = "n" }}
[[channels]]
name = "hook"
kind = "webhook"
url = "{httpserver.url_for("/hook")}"
secret_env = "TEST_HOOK_SECRET"
allow_private = true
"""
    )
    return path


def test_a_ship_comes_in_and_the_webhook_hears_of_it_once(
    config: Path, httpserver: HTTPServer
) -> None:
    """From three polls of latest positions to one signed notice, and no second one."""
    now = datetime.now(UTC)
    places = [(35.80, 34.92), (35.8600, 34.9080), (35.8630, 34.9105)]
    polls: list[str] = []
    notices: list[dict[str, object]] = []

    def latest(request: Request) -> Response:
        polls.append(request.headers["Authorization"])
        i = min(len(polls), len(places)) - 1
        row = {"id": 273394890, "pos": places[i], "v": 6.0 - 2 * i, "n": "<IMG SRC=X>&\"'",
               "at": (now - timedelta(minutes=30 - 10 * i)).isoformat()}  # fmt: skip
        return Response(json.dumps({"data": [row]}), content_type="application/json")

    def hook(request: Request) -> Response:
        headers = {k.lower(): v for k, v in request.headers.items()}
        notices.append(Webhook(SECRET).verify(request.get_data(), headers))
        return Response("", status=204)

    httpserver.expect_request("/latest").respond_with_handler(latest)
    httpserver.expect_request("/hook", method="POST").respond_with_handler(hook)
    for _ in range(4):
        done = monitor("once", "-c", config)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "feed-token" not in done.stdout + done.stderr
    assert polls == ["feed-token"] * 4
    assert [n["data"]["finding"]["kind"] for n in notices] == ["arrived"]  # type: ignore[index]
    page = (config.parent / "report" / "report" / "map.html").read_text()
    assert "<IMG SRC=X>" not in page
    assert "SPARTA II" in page


def test_a_feed_that_refuses_us_is_named_without_its_key(
    config: Path, httpserver: HTTPServer
) -> None:
    """A failing source fails its own job only, is named, and its secrets stay unsaid."""
    httpserver.expect_request("/latest").respond_with_data("no", status=403)
    done = monitor("once", "-c", config)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "poll:feed: FAILED" in said
    assert "assess: ok" in said
    assert "publish: ok" in said
    for word in ("URL-KEY", "feed-token", SECRET):
        assert word not in said


def test_the_feed_is_off_until_its_secret_is_given(
    config: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its token a feed is not polled, and `check` says what it waits for."""
    monkeypatch.delenv("TEST_FEED_TOKEN")
    done = monitor("check", "-c", config)
    assert "feed (http_json): off until TEST_FEED_TOKEN is set" in done.stdout
    assert monitor("once", "-c", config).returncode == 0
    assert httpserver.log == []
