"""The berth plan: what it draws for what was seen, and that outside text stays text."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import numpy as np
import pytest

from monitor.detect.picture import Criteria, Evidence, compile_picture
from monitor.domain.berth_cell import AisHalf, AisSays, BerthCell
from monitor.domain.coverage import Heard
from monitor.domain.vessel import Register
from monitor.domain.window import TimeWindow
from monitor.report.berth_plan import PlanView, berth_plan
from monitor.report.drawing import Box, Drawing, Line, Words, svg_text
from monitor.report.drawing_png import png_of
from monitor.report.visual import INKS, STYLES
from tests.builders import BERTH, SEA, T0, WAITING, WATCH, a_gazetteer, a_look, a_track


def a_cell(hour: float, state: str, ais: AisSays = AisSays.EMPTY) -> BerthCell:
    """Return one look at berth a."""
    return BerthCell(image=a_look(hour, state), ais=AisHalf(says=ais, near=Heard(fed=6, hours=7)))


def a_view(cells: Sequence[BerthCell] = (), **more: object) -> PlanView:
    """Return twenty days of the square port."""
    view = PlanView(
        title="Port",
        as_of=T0 + timedelta(days=20),
        window=TimeWindow(start=T0, end=T0 + timedelta(days=20)),
        gazetteer=a_gazetteer(),
        register=Register(),
        cells=tuple(cells),
    )
    return replace(view, **more)  # type: ignore[arg-type]


def of_style(drawing: Drawing, style: str, says: str = "") -> list[Box | Line | Words]:
    """Return the marks of a class that say something, without the legend's."""
    return [m for m in drawing.marks if m.style == style and m.says and says in m.says]


def test_what_two_looks_agree_on_is_inferred_and_a_change_is_an_interval() -> None:
    """Free, then taken, taken again, then free: bars between equals, dashes between others."""
    cells = [a_cell(h, s) for h, s in ((0, "free"), (48, "occupied"), (96, "occupied"))]
    drawing = berth_plan(a_view([*cells, a_cell(144, "free")]))
    came, left = of_style(drawing, "changed-between")
    assert isinstance(came, Line)
    assert came.says == "Came between 2025-01-10 00:00 and 2025-01-12 00:00 UTC"
    assert left.says.startswith("Left between 2025-01-14")
    (bar,) = of_style(drawing, "span-occupied-without-ais")
    assert "inferred between 2025-01-12 00:00 and 2025-01-14 00:00" in bar.says


def test_no_usable_look_is_never_drawn_free() -> None:
    """An image under cloud, and ten days without one: hatched, no green anywhere."""
    drawing = berth_plan(a_view([a_cell(48, "unobserved")]))
    assert not [m for m in drawing.marks if "free" in m.style and m.says]
    assert of_style(drawing, "not-observed", "No image could be judged")
    far_apart = berth_plan(a_view([a_cell(0, "free"), a_cell(24 * 10, "free")]))
    assert not of_style(far_apart, "span-free")
    assert of_style(far_apart, "not-observed", "Not observed between")


def a_story() -> PlanView:
    """Return a ship that waits, comes in, lies at a berth and is imaged there."""
    track = a_track(
        *((h, WAITING, 0.3) for h in np.arange(0.0, 60, 2)),
        (62, SEA, 8.0),
        *((h, BERTH, 0.0) for h in np.arange(64.0, 120, 1)),
        (122, SEA, 9.0), (124, SEA, 9.0),
    )  # fmt: skip
    looks = tuple(
        a_look(h, s) for h, s in ((10, "free"), (70, "occupied"), (100, "occupied"), (130, "free"))
    )
    picture = compile_picture(
        Evidence(positions=track, berth_states=looks),
        a_gazetteer(),
        WATCH,
        as_of=T0 + timedelta(days=20),
        criteria=Criteria(),
    )
    return a_view(
        picture.cells,
        register=picture.register,
        visits=picture.visits,
        silences=picture.silences,
        findings=picture.findings,
    )


def test_a_stay_by_ais_lies_beside_the_images_of_it() -> None:
    """Waiting, alongside, confirmed looks and pinned findings are all there."""
    drawing = berth_plan(a_story())
    assert of_style(drawing, "wait", "SPARTA at port.waiting")
    assert of_style(drawing, "ais", "SPARTA at port.berth.a")
    assert len(of_style(drawing, "look-confirmed")) == 2
    links = {m.link for m in drawing.marks if isinstance(m, Box) and m.link}
    findings = {f"#{f.id}" for f in a_story().findings}
    assert links
    assert links <= findings


def test_the_order_of_what_was_seen_does_not_matter() -> None:
    """The same evidence in any order gives the same file."""
    view = a_story()
    turned = replace(
        view,
        cells=view.cells[::-1],
        visits=view.visits[::-1],
        silences=view.silences[::-1],
        findings=view.findings[::-1],
    )
    assert svg_text(berth_plan(turned)) == svg_text(berth_plan(view))
    assert png_of(berth_plan(turned)) == png_of(berth_plan(view))


HOSTILE = "</SVG><SCRIPT>alert(1)</SCRIPT>\x00\x0b\u202eX & \"'"


def test_outside_text_is_text() -> None:
    """A hostile port, sensor and reason neither break the tree nor bring an element."""
    look = replace(a_look(10, "free"), sensor=HOSTILE, reason=HOSTILE, scene_id=HOSTILE)
    cell = replace(a_cell(10, "free"), image=look)
    tree = ElementTree.fromstring(svg_text(berth_plan(a_view([cell], title=HOSTILE))))
    names = {e.tag.rpartition("}")[2] for e in tree.iter()}
    assert names <= {"svg", "title", "style", "defs", "pattern", "rect", "line", "text", "a"}
    assert all(e.get("href", "#").startswith("#") for e in tree.iter())
    assert not any(k.startswith("on") for e in tree.iter() for k in e.attrib)


def test_a_year_of_forty_berths_stays_readable() -> None:
    """Lanes keep their least height and days their least width; nothing leaves the picture."""
    drawing = berth_plan(
        a_view(window=TimeWindow(start=T0 - timedelta(days=365), end=T0 + timedelta(days=1)))
    )
    assert drawing.width >= 366 * 3
    for mark in drawing.marks:
        if isinstance(mark, Box):
            assert mark.x >= 0
            assert mark.x + mark.width <= drawing.width + 0.01
            assert mark.y + mark.height <= drawing.height + 0.01


def test_the_picture_has_twice_the_size_of_the_drawing() -> None:
    """PNG at double resolution; a drawing without area is refused."""
    drawing = Drawing(
        width=40,
        height=20,
        title="x",
        marks=(
            Box(x=0, y=0, width=40, height=20, style="not-observed"),
            Line(x1=0, y1=5, x2=40, y2=5, style="ais-inferred"),
            Words(x=2, y=15, text="Ж <b>", style="name"),
        ),
    )
    png = png_of(drawing)
    assert struct.unpack(">II", png[16:24]) == (80, 40)
    with pytest.raises(ValueError, match="without area"):
        png_of(replace(drawing, width=0))


def test_every_style_names_inks_that_exist() -> None:
    """Not observed is hatched and shares no ink with free."""
    for style in STYLES.values():
        assert {style.fill, style.stroke} - {None} <= set(INKS)
    assert STYLES["not-observed"].hatched
    assert STYLES["look-not-observed"].hatched
    assert not any(STYLES[s].hatched for s in STYLES if "free" in s)
