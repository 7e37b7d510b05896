"""One visual language for map, plan, charts and chips: each colour has one meaning. Pure.

Hues are those of Okabe and Ito (2008), told apart by readers with any of the common colour
deficiencies; state is never told by hue alone but also by outline or hatching. `docs/visual.md`
shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain.berth_cell import Verdict


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour on light and on dark ground, `#rrggbb`."""

    light: str
    dark: str


INKS: Mapping[str, Ink] = {
    "ground": Ink("#ffffff", "#161d25"),
    "soft": Ink("#f2f5f8", "#1f2832"),
    "line": Ink("#d6dde4", "#303b47"),
    "ink": Ink("#1b2733", "#e6ebf0"),
    "quiet": Ink("#5a6876", "#9dabb9"),
    "quay": Ink("#4c5663", "#b4bfca"),
    # A ship that image and AIS agree on, or that either shows and nothing denies.
    "occupied": Ink("#0072b2", "#4aa8e0"),
    # A ship in an image, and no AIS where AIS was received from others.
    "dark-ship": Ink("#d55e00", "#ff8a3c"),
    # AIS says a ship lies there, and the image shows none.
    "ghost": Ink("#a8447f", "#e58fc0"),
    "free": Ink("#e9f7f1", "#12392e"),
    "free-edge": Ink("#00805d", "#37c79b"),
    # Not observed: always hatched, and never the colour of free.
    "hatch": Ink("#8b949e", "#7d8893"),
    "hatch-ground": Ink("#e4e7ea", "#2d343b"),
    "wait": Ink("#2f7d95", "#6ab6cc"),
    "filled": Ink("#7a4a22", "#d9a679"),
    "notice": Ink("#2b5f8a", "#7fb2dd"),
    "warning": Ink("#b85000", "#ff9a52"),
    "critical": Ink("#a3123a", "#ff7a9c"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a class of marks is drawn; colours are keys of `INKS`, lengths are pixels."""

    fill: str | None = None
    opacity: float = 1.0
    """Of the fill."""
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    """Dashed is inferred, solid is observed."""
    hatched: bool = False
    """Grey hatching instead of the fill: not observed."""
    size: float = 11.0
    """Of text."""
    bold: bool = False
    halo: bool = False
    """Of text: a rim in the ground's colour, to be read over other marks."""


_HULL = {
    Verdict.CONFIRMED: "occupied",
    Verdict.OCCUPIED_WITHOUT_AIS: "dark-ship",
    Verdict.OCCUPIED_AIS_UNKNOWN: "occupied",
    Verdict.AIS_WITHOUT_SHIP: "ghost",
}


def look_class(verdict: Verdict) -> str:
    """Return the class of the mark of one look."""
    return f"look-{verdict.value.replace('_', '-')}"


def span_class(verdict: Verdict) -> str:
    """Return the class of the span between two looks that agree."""
    return f"span-{verdict.value.replace('_', '-')}"


STYLES: Mapping[str, Style] = {
    "page": Style(fill="ground"),
    "lane": Style(fill="soft"),
    "title": Style(fill="ink", size=16, bold=True),
    "heading": Style(fill="ink", size=12, bold=True),
    "label": Style(fill="ink", size=11),
    "note": Style(fill="quiet", size=10.5),
    "name": Style(fill="ink", size=10, halo=True),
    "grid": Style(stroke="line", width=1),
    "grid-month": Style(stroke="quiet", width=1),
    "look-free": Style(fill="free-edge", opacity=0.5),
    "look-confirmed": Style(fill="occupied", stroke="occupied"),
    "look-occupied-without-ais": Style(fill="dark-ship", stroke="ink"),
    "look-occupied-ais-unknown": Style(fill="ground", stroke="occupied", width=1.5),
    "look-ais-without-ship": Style(fill="ground", stroke="ghost", width=2),
    "look-not-observed": Style(hatched=True, stroke="hatch", width=0.75),
    "span-free": Style(fill="free", stroke="free-edge", width=0.25),
    "not-observed": Style(hatched=True),
    "changed-between": Style(stroke="ink", width=1.25, dash=(2, 2)),
    "edge": Style(stroke="ink", width=1.5),
    "ais": Style(fill="occupied"),
    "ais-inferred": Style(stroke="occupied", width=1.5, dash=(3, 3)),
    "wait": Style(fill="wait"),
    "wait-inferred": Style(stroke="wait", width=1.5, dash=(3, 3)),
    "silence": Style(stroke="quiet", width=1.5, dash=(2, 3)),
    "hull": Style(stroke="ink", width=2),
    "look-image": Style(fill="quay"),
    "pin-info": Style(fill="ground", stroke="ink"),
    "pin-notice": Style(fill="notice", stroke="ground"),
    "pin-warning": Style(fill="warning", stroke="ground"),
    "pin-critical": Style(fill="critical", stroke="ground"),
    "pin-retracted": Style(fill="ground", stroke="quiet", dash=(1.5, 1.5)),
    "filled": Style(fill="filled"),
    "cleared": Style(fill="ground", stroke="filled", width=1.5),
    "changed": Style(fill="filled", opacity=0.5),
    "unchanged": Style(fill="line"),
    **{span_class(v): Style(fill=hue, opacity=0.35) for v, hue in _HULL.items()},
}
"""By class of mark."""
