"""The one folium door: a map page that opens from disk, with no network, and runs nothing foreign.

Folium gives the page and the Leaflet map; what is on it is drawn by `assets/port_map.js` from one
block of JSON. Folium's own layers are not used: its popups and tooltips set HTML, and branca
compiles whatever an element renders as a Jinja template again, so that a ship named `{{7*7}}` would
be computed. Everything here is therefore added verbatim.
"""

from __future__ import annotations

import base64
import html
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure

from monitor.domain.place import Gazetteer
from monitor.errors import InputError
from monitor.report.files import out_folder, write_text
from monitor.report.layers import Json, areas_values, page_values
from monitor.report.summary import MapView

_ASSETS = Path(__file__).parent / "assets"
_CSP = (
    "default-src 'none'; img-src data: blob:{tiles}; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def write_map(path: Path, view: MapView) -> None:
    """Write the map page of `view`: one HTML file, the same bytes for the same view.

    Raises:
        ConfigError: The view's time zone is not known.
        InputError: The file cannot be written.
    """
    _write(path, _page(page_values(view)))


def write_areas_map(path: Path, gazetteer: Gazetteer) -> None:
    """Write a page that shows every place of an AOI file with its id, source and confidence.

    Raises:
        InputError: The file cannot be written.
    """
    _write(path, _page(areas_values(gazetteer)))


class _Verbatim(Element):
    """A piece of the page that no template engine reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_: object) -> str:
        return self._text


def _page(values: Json) -> str:
    (south, west), (north, east) = values["home"]
    # The page replaces this opening view as soon as it runs.
    port_map = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        attributionControl=False,
        zoomSnap=0.25,
        fadeAnimation=False,
        maxZoom=19,
    )
    # On the instance: the class lists belong to every other map of this process.
    port_map.default_js = []
    port_map.default_css = []
    # Folium names elements at random; a fixed name makes equal views equal files.
    port_map._id = "port"
    page = port_map.get_root()
    assert isinstance(page, Figure)
    page.title = html.escape(values["title"])
    # First of all, so that nothing comes before the rule that forbids the network.
    # Tiles, where they are configured, may come from their own host and no other.
    host = f" {_origin(values['tiles']['url'])}" if values["tiles"] else ""
    policy = html.escape(_CSP.format(tiles=host))
    csp = _Verbatim(f'<meta http-equiv="Content-Security-Policy" content="{policy}">')
    page.header.add_child(csp, name="csp", index=0)
    for name, text in _styles_and_scripts():
        page.header.add_child(_Verbatim(text), name=name)
    embedded = f'<script type="application/json" id="port-values">{_json(values)}</script>'
    page.html.add_child(_Verbatim(_NOSCRIPT), name="noscript")
    page.html.add_child(_Verbatim(embedded), name="port_values")
    rendered: str = page.render()
    return rendered


def _origin(url: str) -> str:
    parts = urlsplit(url.replace("{s}.", "*."))
    return f"{parts.scheme}://{parts.netloc}"


_NOSCRIPT = "<noscript>This map needs JavaScript; it needs no network.</noscript>"


@cache
def _styles_and_scripts() -> tuple[tuple[str, str], ...]:
    """Return Leaflet and our own page code, ready to stand in the page."""
    leaflet_css = re.sub(r"url\((images/[\w-]+\.png)\)", _inlined, _asset("leaflet/leaflet.css"))
    # Asking for a source map would be a request.
    leaflet_js = re.sub(r"\n//# sourceMappingURL=\S*", "", _asset("leaflet/leaflet.js"))
    return (
        ("leaflet_css", f"<style>{leaflet_css}</style>"),
        ("port_css", f"<style>{_asset('port_map.css')}</style>"),
        ("leaflet_js", f"<script>{leaflet_js}</script>"),
        ("time_js", f"<script>{_asset('time_bar.js')}</script>"),
        ("swipe_js", f"<script>{_asset('swipe.js')}</script>"),
        ("crowd_js", f"<script>{_asset('crowd.js')}</script>"),
        ("port_js", f"<script>{_asset('port_map.js')}</script>"),
    )


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _inlined(match: re.Match[str]) -> str:
    content = (_ASSETS / "leaflet" / match[1]).read_bytes()
    return f"url(data:image/png;base64,{base64.b64encode(content).decode('ascii')})"


def _json(values: Json) -> str:
    """Return JSON that can neither end the script element it stands in nor start a comment."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _write(path: Path, page: str) -> None:
    try:
        out_folder(path.parent)
        write_text(path, page)
    except OSError as exc:
        raise InputError(f"{path}: cannot be written ({exc.strerror or exc})") from exc
