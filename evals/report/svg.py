"""Drawing: the few shapes that plots are made of, as elements that escape what they hold; colours are the page's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH = 380
"""Of every plot, in its own units; about as many pixels on a telephone."""
HEIGHT = 280
LEFT, RIGHT, TOP, BOTTOM = 42, 12, 30, 46
"""Margins around what is plotted."""
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places: `low` lies at `start`, `high` at `end`; what lies beyond is drawn at the edge."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True, slots=True)
class Plane:
    """A picture with its two axes."""

    root: Element
    x: Scale
    y: Scale

    def place(self, x: float, y: float) -> Place:
        """Where a pair of values lies."""
        return self.x.at(x), self.y.at(y)


def picture(name: str, *, title: str, told: str, height: int = HEIGHT) -> Element:
    """An empty picture; `title` and `told` are what a screen reader reads instead of it."""
    labelled = {"role": "img", "aria-labelledby": f"{name}-title {name}-told"}
    root = Element("svg", {"class": "plot", "viewBox": f"0 0 {WIDTH} {height}", **labelled})
    SubElement(root, "title", {"id": f"{name}-title"}).text = title
    SubElement(root, "desc", {"id": f"{name}-told"}).text = told
    return root


def add(parent: Element, tag: str, *, kind: str = "", text: str = "", **attributes: float | str) -> Element:
    """A shape with the class `kind`; an underscore in an attribute stands for a hyphen."""
    named = {name.rstrip("_").replace("_", "-"): f"{value}" for name, value in attributes.items()}
    child = SubElement(parent, tag, {**({"class": kind} if kind else {}), **named})
    child.text = text or None
    return child


def label(parent: Element, text: str, place: Place, *, kind: str = "", anchor: str = "start") -> Element:
    """A text at a place, which is its start, middle or end."""
    x, y = place
    return add(parent, "text", kind=kind, text=text, x=x, y=y, text_anchor=anchor)


def line(parent: Element, start: Place, end: Place, *, kind: str) -> Element:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return add(parent, "line", kind=kind, x1=x1, y1=y1, x2=x2, y2=y2)


def polyline(parent: Element, places: Iterable[Place], *, kind: str) -> Element:
    """A line through all places."""
    return add(parent, "polyline", kind=kind, points=" ".join(f"{x:g},{y:g}" for x, y in places))


def dot(parent: Element, place: Place, *, kind: str, radius: float = 4.0, told: str = "") -> Element:
    """A circle; `told` is shown when the pointer rests on it."""
    circle = add(parent, "circle", kind=kind, cx=place[0], cy=place[1], r=round(radius, 1))
    if told:
        add(circle, "title", text=told)
    return circle


def shares(root: Element, *, across: str, up: str) -> Plane:
    """Both axes from 0 to 100 %, with their grid and titles."""
    plane = Plane(root, Scale(0, 1, LEFT, WIDTH - RIGHT), Scale(0, 1, HEIGHT - BOTTOM, TOP))
    x_axis(plane, [(one, f"{one:.0%}") for one in QUARTERS], title=across)
    y_axis(plane, [(one, f"{one:.0%}") for one in QUARTERS], title=up)
    return plane


def x_axis(plane: Plane, ticks: Sequence[tuple[float, str]], *, title: str) -> None:
    """Ticks below the plot, and what they count."""
    bottom = plane.y.start
    for value, text in ticks:
        line(plane.root, (plane.x.at(value), bottom), (plane.x.at(value), bottom + 4), kind="axis")
        anchor = "end" if plane.x.at(value) > WIDTH - RIGHT - 12 else "middle"
        shift = RIGHT - 2 if anchor == "end" else 0
        label(plane.root, text, (plane.x.at(value) + shift, bottom + 17), kind="tick", anchor=anchor)
    middle = (plane.x.start + plane.x.end) / 2
    label(plane.root, title, (middle, bottom + 36), kind="axis-title", anchor="middle")


def y_axis(plane: Plane, ticks: Sequence[tuple[float, str]], *, title: str) -> None:
    """Lines across the plot, their values left of it, and what they count above it."""
    for value, text in ticks:
        height = plane.y.at(value)
        kind = "grid" if value > plane.y.low else "axis"
        line(plane.root, (plane.x.start, height), (plane.x.end, height), kind=kind)
        label(plane.root, text, (plane.x.start - 6, height + 4), kind="tick", anchor="end")
    label(plane.root, title, (2, 13), kind="axis-title")


def markup(root: Element) -> str:
    """The picture as it stands in a page; every text in it is escaped."""
    return tostring(root, encoding="unicode")
