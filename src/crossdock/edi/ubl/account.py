"""Every leaf of a document is accounted for: taken into the object, kept beside it, or dropped with a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterator
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec
from lxml import etree

from crossdock.edi.ubl.schema import CAC, CBC


class Extension(msgspec.Struct, frozen=True):
    """What a document says and no canonical object has a place for: where it stood, what it said, on which line."""

    path: str
    value: str
    line: int


class Dropped(msgspec.Struct, frozen=True):
    """What is neither taken nor kept, and why."""

    path: str
    value: str
    line: int
    reason: str


class Account(msgspec.Struct, frozen=True):
    """What became of every leaf that the object did not take."""

    kept: tuple[Extension, ...] = ()
    dropped: tuple[Dropped, ...] = ()


class Leaf(NamedTuple):
    """An element's text (`attribute` empty) or one of its attributes."""

    node: etree._Element
    attribute: str
    value: str

    @property
    def key(self) -> tuple[etree._Element, str]:
        """What a reader notes when it takes the leaf."""
        return self.node, self.attribute


@cache
def reasons() -> dict[str, str]:
    """Element or `@attribute` -> why it, and what is in it, is neither taken nor kept."""
    raw = resources.files(__package__).joinpath("dropped.toml").read_text(encoding="utf-8")
    return {name: row["reason"] for row in tomllib.loads(raw)["drop"] for name in row["names"]}


def leaves(root: etree._Element) -> Iterator[Leaf]:
    """Every text and attribute of a document, in its order."""
    for node in root.iter():
        for name, value in node.attrib.items():
            yield Leaf(node, str(name), str(value))
        text = (node.text or "").strip()
        if len(node) == 0 or text:
            yield Leaf(node, "", text)
        if node is not root and (tail := (node.tail or "").strip()):
            parent = node.getparent()
            assert parent is not None  # what is not the root stands in something
            yield Leaf(parent, "", tail)


def account(root: etree._Element, taken: Container[tuple[etree._Element, str]]) -> Account:
    """What became of the leaves that were not taken."""
    kept, dropped = list[Extension](), list[Dropped]()
    for leaf in leaves(root):
        if leaf.key in taken:
            continue
        place = path(leaf.node, leaf.attribute)
        line = line_of(leaf.node)
        reason = _reason(leaf)
        if reason:
            dropped.append(Dropped(place, leaf.value, line, reason))
        else:
            kept.append(Extension(place, leaf.value, line))
    return Account(tuple(kept), tuple(dropped))


def _reason(leaf: Leaf) -> str:
    known = reasons()
    if leaf.attribute and (found := known.get("@" + etree.QName(leaf.attribute).localname)):
        return found
    node: etree._Element | None = leaf.node
    while node is not None:
        if found := known.get(etree.QName(node).localname):
            return found
        node = node.getparent()
    return ""


def line_of(node: etree._Element) -> int:
    """The line an element begins on."""
    line: Any = node.sourceline  # its stubs do not say
    return int(line or 1)


def path(node: etree._Element, attribute: str = "") -> str:
    """`/Order/OrderLine[2]/LineItem/Quantity/@unitCode`. Names of UBL stand without their namespace, others with."""
    steps = []
    here: etree._Element | None = node
    while here is not None:
        steps.append(_step(here))
        here = here.getparent()
    end = f"/@{attribute}" if attribute else ""
    return "/" + "/".join(reversed(steps)) + end


def _step(node: etree._Element) -> str:
    parent = node.getparent()
    name = etree.QName(node)
    shown = name.localname if parent is None or name.namespace in (CAC, CBC) else str(node.tag)
    if parent is None:
        return shown
    same = [each for each in parent if each.tag == node.tag]
    return shown if len(same) == 1 else f"{shown}[{same.index(node) + 1}]"
