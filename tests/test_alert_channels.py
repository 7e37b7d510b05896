"""Channels as their settings describe them, the examples of the documentation first."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import pytest

from monitor.alert_channels import open_channel, secret_variables
from monitor.alerts.render import FORMATS
from monitor.bundled import bundled
from monitor.errors import ConfigError
from monitor.http_client import HttpClient
from monitor.settings import ChannelSettings, EmailSettings, load_settings

ROOT = Path(__file__).parents[1]
GOOD = '[port]\naoi = "a.geojson"\n'
KINDS = {
    typing.get_args(kind.model_fields["kind"].annotation)[0]
    for kind in typing.get_args(ChannelSettings)
}


def channels_of(folder: Path, text: str) -> tuple[ChannelSettings, ...]:
    """Read channels the way a settings file is read."""
    path = folder / "monitor.toml"
    path.write_text(GOOD + text, "utf-8")
    return load_settings(path).channels


def examples() -> dict[str, str]:
    """Return every example of channels we publish."""
    page = (ROOT / "docs" / "channels.md").read_text("utf-8")
    said = bundled("config", "example.toml").read_text("utf-8")
    start = said.index("# [[channels]]")
    block = said[start : said.index("\n\n", start)]
    return {
        "docs": "\n".join(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)),
        "config": re.sub(r"(?m)^# ?", "", block),
    }


# Apprise imports its plug-ins on first use, in whatever test is the first of a worker.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("where", ["docs", "config"])
def test_every_published_example_makes_a_channel(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind has an example that is accepted and, with its secrets given, opens a channel."""
    found = channels_of(tmp_path, examples()[where])
    assert {c.kind for c in found} == KINDS
    good = {
        "WEBHOOK": "https://chat.example/hooks/k3y",
        "TELEGRAM_TOKEN": "12:k3y",
        "APPRISE_URL": "json://chat.example/k3y",
        "HOOK_SECRET": "whsec_" + "k3y0" * 8,
    }
    (tmp_path / "smtp-password").write_text("k3y\n")
    for item in found:
        for name in filter(None, secret_variables(item)):
            known = next((v for k, v in good.items() if name.endswith(k)), good["WEBHOOK"])
            monkeypatch.setenv(name, known)
    with HttpClient(user_agent="tests") as http:
        for item in found:
            channel = open_channel(item, base=tmp_path / "monitor.toml", client=http)
            assert channel.name == item.name
            assert "k3y" not in repr(channel)


def test_every_kind_has_its_words() -> None:
    """Each kind of channel is a format that messages are rendered in."""
    assert set(FORMATS) >= KINDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind="email"\nhost="h"\nsender="a b"\nto=["x@y"]', "sender"),
        ('kind="email"\nhost="h"\nsender="a@b"\nto=["x@y\\nBcc: z@z"]', "to.0"),
        ('kind="email"\nhost="h"\nsender="a@b"\nto=[]', "to"),
        ('kind="email"\nhost="h"\nsender="a@b"\nto=["x@y"]\nusername="u"', "password_env"),
        (
            'kind="email"\nhost="h"\nsender="a@b"\nto=["x@y"]\nusername="u"\npassword_env="P"\n'
            'security="none"',
            "without TLS",
        ),
        ('kind="discord"\non_update="reply"', "on_update"),
    ],
)
def test_a_channel_that_cannot_work_is_refused(text: str, said: str, tmp_path: Path) -> None:
    """What a channel cannot do is told when the settings are read."""
    with pytest.raises(ConfigError, match=said):
        channels_of(tmp_path, f'[[channels]]\nname="a"\n{text}\n')


def test_a_secret_that_is_empty_is_told_without_a_value(tmp_path: Path) -> None:
    """An empty password file is a mistake that names the channel."""
    (tmp_path / "p").write_text("\n")
    text = 'kind="email"\nhost="h"\nsender="a@b"\nto=["x@y"]\nusername="u"\npassword_file="p"'
    (item,) = channels_of(tmp_path, f'[[channels]]\nname="a"\n{text}\n')
    assert isinstance(item, EmailSettings)
    with (
        HttpClient(user_agent="tests") as http,
        pytest.raises(ConfigError, match=r"channels\.a: its password is empty"),
    ):
        open_channel(item, base=tmp_path / "monitor.toml", client=http)
