from __future__ import annotations

from pathlib import Path

import pytest

from monitor.bundled import bundled
from monitor.detect.picture import Criteria
from monitor.errors import ConfigError
from monitor.settings import load_settings, secret

GOOD = '[port]\naoi = "a.geojson"\n'


def written(tmp_path: Path, text: str | bytes) -> Path:
    """Write a settings file."""
    path = tmp_path / "monitor.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", ["demo.toml", "tartus.toml", "example.toml"])
def test_bundled_settings_are_good(name: str) -> None:
    """Every settings file we ship is accepted."""
    assert load_settings(bundled("config", name)).port.title


def test_thresholds_default_to_the_analysis_own(tmp_path: Path) -> None:
    """A file that sets no criteria changes none."""
    assert load_settings(written(tmp_path, GOOD)).thresholds() == Criteria()


def test_a_threshold_can_be_set(tmp_path: Path) -> None:
    """A criterion named in the file reaches the analysis."""
    text = GOOD + '[rules.visit]\nwaiting_min = "PT8H"\n'
    found = load_settings(written(tmp_path, text)).thresholds()
    assert found.visit.waiting_min.total_seconds() == 8 * 3600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[port]\naoi = "a"\naio = "b"\n', ["port.aio", "'aoi'"]),
        (GOOD + '[[sources.ais]]\nkind = "folder"\nname = "a"\npath = "x"\narival = "file"\n',
         ["arival", "'arrival'"]),
        (GOOD + "[rules.visit]\nberth_entr_m = 3\n", ["berth_entr_m", "'berth_enter_m'"]),
        (GOOD + '[prot]\nx = 1\n', ["prot", "'port'"]),
        ("[port]\ntitle = 'x'\n", ["'port.aoi' is missing"]),
        (GOOD + '[jobs]\npoll_every_s = 0\n', ["jobs.poll_every_s", "greater than 0"]),
        ('[port]\naoi = "a"\ntime_zone = "Mars/Base"\n', ["port.time_zone", "Mars/Base"]),
        (GOOD + '[[channels]]\nkind = "pigeon"\nname = "p"\n', ["channels.0", "pigeon", "slack"]),
        (GOOD + '[[sources.ais]]\nkind = "foldr"\nname = "p"\n', ["sources.ais.0", "'folder'?"]),
        (GOOD + '[[sources.scenes]]\nname = "p"\n', ["'kind' is missing", "stac_api"]),
        ("[port\n", ["not TOML"]),
        (b"\xff\xfe\x00", ["not TOML"]),
        (GOOD + '[[sources.scenes]]\nkind="static_stac"\nname="a"\npath="x"\n' * 2, ["used twice"]),
        (GOOD + "[feeds.nobody]\n", ["feeds.nobody", "no AIS source of that name"]),
        (GOOD + "[feeds.a]\ncontrol_box = [35, 31, 34, 32]\n", ["feeds.a.control_box", "west"]),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_file_key_and_fix(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    """The error names the file, the key and, where there is one, the nearest valid name."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    for word in [str(path), *words]:
        assert word in str(caught.value)


def test_a_folder_or_nothing_is_refused(tmp_path: Path) -> None:
    """A path that is no file is one clear error."""
    with pytest.raises(ConfigError, match="folder"):
        load_settings(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_the_environment_overrules_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container can move the store without another file."""
    monkeypatch.setenv("MONITOR_STORE__PATH", "/elsewhere/monitor.db")
    assert str(load_settings(written(tmp_path, GOOD)).store.path) == "/elsewhere/monitor.db"


def test_a_secret_comes_from_environment_or_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret is looked up by name and never stands in the settings."""
    monkeypatch.setenv("TEST_SECRET", "abc")
    base = tmp_path / "monitor.toml"
    (tmp_path / "token").write_text("def\n")
    assert secret(env="TEST_SECRET", file=None, base=base, what="x") == "abc"
    assert secret(env=None, file=Path("token"), base=base, what="x") == "def"
    with pytest.raises(ConfigError, match="cannot be read"):
        secret(env=None, file=Path("none"), base=base, what="x")
    with pytest.raises(ConfigError, match="name an environment variable"):
        secret(env=None, file=None, base=base, what="x")


def test_a_wrong_value_does_not_repeat_a_secret(tmp_path: Path) -> None:
    """A secret put where it does not belong is refused without being shown."""
    text = GOOD + '[[channels]]\nkind = "slack"\nname = "s"\nurl = "https://hooks/T0/SECRET"\n'
    with pytest.raises(ConfigError) as caught:
        load_settings(written(tmp_path, text))
    assert "SECRET" not in str(caught.value)
    assert "channels.0" in str(caught.value)
