"""The command line as users meet it: what it says, what it writes, how it fails."""

from __future__ import annotations

import csv
import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import shared
from tests.flows.story import monitor
from tests.sources.ais.ais_lines import NOON_S, position_line, tagged

NMEA = "".join(tagged(position_line(), f"c:{NOON_S + at}") + "\n" for at in (0, 60))


@pytest.mark.parametrize(
    "words",
    [
        (), ("check",), ("run",), ("once",), ("health",), ("replay",), ("demo",), ("tracks",),
        ("look",), ("aoi", "check"), ("aoi", "plot"), ("outbox", "list"), ("outbox", "retry"),
        ("outbox", "drop"),
    ],
)  # fmt: skip
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    """`--help` works everywhere."""
    done = monitor(*words, "--help")
    assert done.returncode == 0
    assert "Usage: monitor" in done.stdout.replace("python -m monitor", "monitor")


@pytest.mark.parametrize("name", ["demo.toml", "tartus.toml", "example.toml"])
def test_check_says_what_would_run(name: str) -> None:
    """Every bundled settings file is good, and what is off says what it waits for."""
    done = monitor("check", "-c", f"config/{name}")
    assert done.returncode == 0, done.stderr
    assert "settings" in done.stdout
    if name == "tartus.toml":
        assert "vendor (http_json): off until MONITOR_AIS_TOKEN is set" in done.stdout
        assert "slack (slack, notice and louder): off until MONITOR_SLACK_URL" in done.stdout


def table(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


BAD_AIS = {
    "empty.nmea": b"",
    "binary.nmea": bytes(range(256)) * 40,
    "column.csv": b"MMSI,LAT,LON\n1,2,3\n",
}


@pytest.mark.parametrize("name", [*BAD_AIS, "folder", "missing.nmea"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str) -> None:
    """Nothing to work with: exit code 2, one line, the file named, no traceback."""
    path = tmp_path / name
    if name in BAD_AIS:
        path.write_bytes(BAD_AIS[name])
    elif name == "folder":
        path.mkdir()
    done = monitor("tracks", path, "--aoi", "tartus", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("monitor: error:")
    assert name in done.stderr


def test_a_bad_file_does_not_spoil_the_good_one(tmp_path: Path) -> None:
    """The rest is processed; the loss is named in summary.json and by the exit code."""
    (tmp_path / "bad.csv").write_bytes(BAD_AIS["column.csv"])
    (tmp_path / "good.nmea.gz").write_bytes(gzip.compress(NMEA.encode()))
    out = tmp_path / "out"
    done = monitor(
        "tracks", tmp_path / "bad.csv", tmp_path / "good.nmea.gz", "--aoi", "tartus", "--out", out
    )
    assert done.returncode == 1, done.stderr
    assert "bad.csv" in done.stderr
    summary = json.loads((out / "summary.json").read_text())
    assert [Path(p).name for p in summary["files_failed"]] == ["bad.csv"]
    assert summary["lines_read"] == 2
    assert summary["lines_read"] == summary["accepted"] + sum(summary["rejected"].values()) + sum(
        summary["ignored"].values()
    )


def test_a_name_with_a_nul_and_a_formula_is_kept_and_tamed(tmp_path: Path) -> None:
    """Hostile names are text in the tables, and the row beside them is kept."""
    header = (
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,"
        "Length,Width,Draft,Cargo,TransceiverClass"
    )
    rows = [
        f"371000001,2025-01-10T00:{minute:02}:00,34.905,35.867,0.0,0,0,=HYP\0ER(1),,,70,5,,,,,A"
        for minute in (0, 20, 40)
    ]
    (tmp_path / "names.csv").write_text("\n".join([header, *rows]) + "\n")
    done = monitor("tracks", tmp_path / "names.csv", "--aoi", "tartus", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    visits = table(tmp_path / "out" / "port_calls.csv")
    assert visits
    assert {v["name"] for v in visits} == {"'=HYPER(1)"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("look", "no-such-catalog", "--aoi", "latakia"), "no-such-catalog"),
        (("look", "docs", "--aoi", "latakia"), "no catalog.json"),
        (("tracks", "x", "--aoi", "no-such-port"), "no-such-port"),
        (("tracks", "x", "--aoi", "latakai"), "did you mean 'latakia'?"),
        (("tracks", "-", "--aoi", "tartus"), "save it to a file"),
        (("replay", "-c", "dmeo"), "did you mean 'demo'?"),
        (("tracks", "x", "--aoi", "tartus", "--received-at", "yesterday"), "--received-at"),
        (("replay", "-c", "config/tartus.toml"), "--from"),
        (
            ("replay", "-c", "config/demo.toml", "--from", "2025-02-01", "--to", "2025-01-01"),
            "--to",
        ),
        (("run", "-c", "no-such.toml"), "no-such.toml"),
        (("aoi", "check", "README.md"), "README.md"),
        (("aoi", "plot", "tartus", "--out", "/no/such/folder/map.html"), "folder that exists"),
    ],
)
def test_a_wrong_call_names_what_is_wrong(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    """Exit code 2, one clear line with the word to change, no traceback, no empty folder."""
    out = () if words[0] == "aoi" or words[0] == "run" else ("--out", str(tmp_path / "out"))
    done = monitor(*words, *out)
    assert done.returncode == 2
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_novorossiysk_agrees_with_the_harbours_own_log(tmp_path: Path) -> None:
    """Every ship that came in or went out by the log's summary has its arrival or departure."""
    log = shared("data", "ais", "nmea", "novorossiysk_2021-02-04_raw.nmea")
    summary = shared("data", "ais", "tracks", "novorossiysk_2021-02-04_summary.csv")
    out = tmp_path / "out"
    done = monitor("tracks", log, "--aoi", "novorossiysk", "--out", out)
    assert done.returncode == 0, done.stderr
    calls = [v for v in table(out / "port_calls.csv") if v["place_kind"] == "port"]
    arrived = {v["mmsi"] for v in calls if v["start_earliest"]}
    departed = {v["mmsi"] for v in calls if v["end_latest"]}
    ships = table(summary)
    assert {s["mmsi"] for s in ships if (s["in0"], s["in1"]) == ("False", "True")} <= arrived
    assert {s["mmsi"] for s in ships if (s["in0"], s["in1"]) == ("True", "False")} <= departed
    stayed_out = {s["mmsi"] for s in ships if s["state"] == "SS" and s["in0"] == "False"}
    assert not stayed_out & (arrived | departed)


def test_the_daemon_watches_a_folder_and_stops_when_told(tmp_path: Path) -> None:
    """Dropped files are read, the page is written, health is well, SIGTERM ends it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "monitor.toml").write_text(
        f"""
[port]
aoi = "{Path("aoi/tartus.geojson").resolve()}"
[store]
path = "state/monitor.db"
[report]
out = "report"
[jobs]
poll_every_s = 0.5
assess_every_s = 0.5
notify_every_s = 1
publish_every_s = 1
survey_every_s = 1
[[sources.ais]]
kind = "folder"
name = "in"
path = "in"
"""
    )
    config = tmp_path / "monitor.toml"
    daemon = subprocess.Popen(
        [sys.executable, "-m", "monitor", "run", "-c", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        (tmp_path / "in" / "a.nmea").write_text(NMEA)
        page = tmp_path / "report" / "report" / "map.html"
        summary = tmp_path / "report" / "summary.json"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if page.exists() and summary.exists() and json.loads(summary.read_text())["positions"]:
                break
            time.sleep(0.5)
        assert json.loads(summary.read_text())["positions"] == 2
        second = monitor("once", "-c", config)
        assert second.returncode == 2
        assert "another monitor process" in second.stderr
        healthy = monitor("health", "-c", config)
        assert healthy.returncode == 0, healthy.stdout
        assert "assess: ok" in healthy.stdout
    finally:
        daemon.send_signal(signal.SIGTERM)
        _, said = daemon.communicate(timeout=60)
    assert daemon.returncode == 0, said
    assert "monitor stopped" in said
    assert "Traceback" not in said
    late = monitor("once", "-c", config)
    assert late.returncode == 0, late.stdout + late.stderr


def test_health_without_a_daemon_is_not_well(tmp_path: Path) -> None:
    """Nothing ran yet: health says so and fails."""
    (tmp_path / "monitor.toml").write_text(
        f'[port]\naoi = "{Path("aoi/tartus.geojson").resolve()}"\n'
    )
    done = monitor("health", "-c", tmp_path / "monitor.toml")
    assert done.returncode == 1
    assert "monitor run" in done.stdout


def test_wrong_areas_stop_the_start(tmp_path: Path) -> None:
    """A daemon without its areas could find nothing: it does not start."""
    (tmp_path / "monitor.toml").write_text('[port]\naoi = "nope.geojson"\n')
    for command in ("check", "once", "run"):
        done = monitor(command, "-c", tmp_path / "monitor.toml")
        assert done.returncode == 2, command
        assert "nope.geojson" in done.stderr


def test_a_source_that_cannot_be_read_is_told_on_the_page(tmp_path: Path) -> None:
    """Nothing received from a feed that failed does not read as nothing happening."""
    (tmp_path / "monitor.toml").write_text(
        f"""
[port]
aoi = "{Path("aoi/tartus.geojson").resolve()}"
watchlist = "{Path("config/watchlist.csv").resolve()}"
[store]
path = "monitor.db"
[report]
out = "report"
[[sources.scenes]]
kind = "static_stac"
name = "scenes"
path = "nowhere"
"""
    )
    done = monitor("once", "-c", tmp_path / "monitor.toml")
    assert done.returncode == 1
    assert "jobs failed (poll:scenes); the others are done; a source" in done.stderr
    assert "enabled = false" in done.stderr
    summary = json.loads((tmp_path / "report" / "summary.json").read_text())
    assert "Source scenes could not be read so far" in summary["sources_failing"][0]
    page = (tmp_path / "report" / "report" / "map.html").read_text()
    assert "Source scenes could not be read so far" in page
    assert "No watch-listed ship was looked for" not in page


@pytest.mark.parametrize("place", [".", "not/there/ships.geojson"])
def test_ships_go_to_a_place_that_can_be_written(tmp_path: Path, place: str) -> None:
    """A folder, or a file in none, is refused before any work and leaves nothing beside it."""
    done = monitor("vessels", tmp_path / "item.json", "--out", tmp_path / place)
    assert done.returncode == 2
    assert "name a file in a folder that exists" in done.stderr
    assert list(tmp_path.iterdir()) == []
