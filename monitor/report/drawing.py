"""A flat drawing of boxes, lines and words, and its SVG: for diagrams that also stand alone. Pure.

Marks carry a class of `visual.STYLES` and nothing else about their looks. Text from outside is
text here and stays text: the SVG is built as a tree, and what XML forbids is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from monitor.report.visual import INKS, STYLES, Style

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FRAGMENT = re.compile(r"(?:(?:\.\./)?[a-z]+\.html)?#[\w-]+")
_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle; pixels from the top left."""

    x: float
    y: float
    width: float
    height: float
    style: str
    says: str = ""
    """Shown where the pointer rests."""
    link: str = ""
    """A fragment, of a page beside it or not, such as `findings.html#1a2b`; nothing else is
    followed."""
    round: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    style: str
    anchor: str = "start"
    """`start`, `middle` or `end`."""
    says: str = ""


Mark = Box | Line | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Marks from back to front."""

    width: float
    height: float
    title: str
    """What it shows, in a sentence: for readers who cannot see it."""
    marks: tuple[Mark, ...]


def svg_text(drawing: Drawing, *, prefix: str = "plan", alone: bool = True) -> str:
    """Return a drawing as SVG; the same drawing gives the same text.

    Args:
        drawing: What to draw.
        prefix: Begins every class and id, so that drawings can share a page.
        alone: Whether it is a file of its own rather than part of a page.
    """
    width, height = _number(drawing.width), _number(drawing.height)
    root = ElementTree.Element(
        "svg",
        {
            "viewBox": f"0 0 {width} {height}",
            "width": width,
            "height": height,
            # A picture may hold nothing that can be followed; a group may.
            "role": "group" if any(isinstance(m, Box) and m.link for m in drawing.marks) else "img",
            "aria-label": xml_text(drawing.title),
            "class": prefix,
        },
    )
    if alone:
        root.set("xmlns", "http://www.w3.org/2000/svg")
    ElementTree.SubElement(root, "title").text = xml_text(drawing.title)
    ElementTree.SubElement(root, "style").text = _css(prefix, {m.style for m in drawing.marks})
    _add_hatching(root, prefix)
    for mark in drawing.marks:
        _add(root, mark, prefix)
    return ElementTree.tostring(root, encoding="unicode") + ("\n" if alone else "")


def _add(root: ElementTree.Element, mark: Mark, prefix: str) -> None:
    if isinstance(mark, Box):
        parent = root
        if _FRAGMENT.fullmatch(mark.link):
            parent = ElementTree.SubElement(
                root, "a", {"href": mark.link, "aria-label": xml_text(mark.says)}
            )
        values = {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height}
        if mark.round:
            values["rx"] = mark.round
        element = ElementTree.SubElement(parent, "rect", {k: _number(v) for k, v in values.items()})
    elif isinstance(mark, Line):
        ends = {"x1": mark.x1, "y1": mark.y1, "x2": mark.x2, "y2": mark.y2}
        element = ElementTree.SubElement(root, "line", {k: _number(v) for k, v in ends.items()})
    else:
        element = ElementTree.SubElement(root, "text", {"x": _number(mark.x), "y": _number(mark.y)})
        if mark.anchor != "start":
            element.set("text-anchor", mark.anchor)
        element.text = xml_text(mark.text)
    element.set("class", f"{prefix}-{mark.style}")
    if mark.says:
        ElementTree.SubElement(element, "title").text = xml_text(mark.says)


def _add_hatching(root: ElementTree.Element, prefix: str) -> None:
    definitions = ElementTree.SubElement(root, "defs")
    pattern = ElementTree.SubElement(
        definitions,
        "pattern",
        {
            "id": f"{prefix}-hatch",
            "width": "6",
            "height": "6",
            "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        },
    )
    for width, name in (("6", "hatch-ground"), ("2", "hatch")):
        ElementTree.SubElement(
            pattern, "rect", {"width": width, "height": "6", "class": f"{prefix}-{name}"}
        )


def _css(prefix: str, classes: Iterable[str]) -> str:
    light = "".join(f"--{prefix}-{name}:{ink.light};" for name, ink in INKS.items())
    dark = "".join(f"--{prefix}-{name}:{ink.dark};" for name, ink in INKS.items())
    rules = [
        f".{prefix}{{{light}font-family:{_FONT}}}",
        f"@media (prefers-color-scheme: dark){{.{prefix}{{{dark}}}}}",
        f".{prefix}-hatch-ground{{fill:var(--{prefix}-hatch-ground)}}",
        f".{prefix}-hatch{{fill:var(--{prefix}-hatch)}}",
        *(f".{prefix}-{name}{{{_rule(STYLES[name], prefix)}}}" for name in sorted(classes)),
    ]
    return "".join(rules)


def _rule(style: Style, prefix: str) -> str:
    fill = f"var(--{prefix}-{style.fill})" if style.fill else "none"
    parts = [f"fill:url(#{prefix}-hatch)" if style.hatched else f"fill:{fill}"]
    if style.opacity < 1:
        parts.append(f"fill-opacity:{style.opacity}")
    if style.stroke:
        parts.append(f"stroke:var(--{prefix}-{style.stroke});stroke-width:{_number(style.width)}")
    if style.dash:
        parts.append("stroke-dasharray:" + " ".join(map(_number, style.dash)))
    parts.append(f"font-size:{_number(style.size)}px")
    if style.halo:
        parts.append(f"stroke:var(--{prefix}-ground);stroke-width:3px;paint-order:stroke")
    if style.bold:
        parts.append("font-weight:600")
    return ";".join(parts)


def xml_text(text: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
