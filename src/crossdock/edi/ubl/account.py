"""Every leaf of a document is accounted for: taken into the object, kept beside it, or dropped with a reason."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Container, Iterator
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from lxml import etree

from crossdock.edi.ubl.schema import CAC, CBC

ENVELOPE = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
"""Namespace of what a document may come in."""


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


def account(
    root: etree._Element, taken: Container[tuple[etree._Element, str]], envelope: etree._Element | None = None
) -> Account:
    """What became of the leaves that were not taken, those of an envelope first."""
    kept, dropped = list[Extension](), list[Dropped]()
    paths, why = Paths(), dict[etree._Element, str]()
    for leaf in chain(() if envelope is None else leaves(envelope), leaves(root)):
        if leaf.key in taken:
            continue
        place = paths.path(leaf.node, leaf.attribute)
        line = line_of(leaf.node)
        reason = _reason(leaf, why)
        if reason:
            dropped.append(Dropped(place, leaf.value, line, reason))
        else:
            kept.append(Extension(place, leaf.value, line))
    return Account(tuple(kept), tuple(dropped))


def _reason(leaf: Leaf, why: dict[etree._Element, str]) -> str:
    """Why a leaf is dropped; empty where it is kept. `why` remembers what is in what."""
    if leaf.attribute and (found := reasons().get("@" + local(leaf.attribute))):
        return found
    return _reason_of(leaf.node, why)


def _reason_of(node: etree._Element, why: dict[etree._Element, str]) -> str:
    if node not in why:
        parent = node.getparent()
        why[node] = reasons().get(local(node.tag), "") or ("" if parent is None else _reason_of(parent, why))
    return why[node]


def local(tag: Any) -> str:
    """A name without its namespace."""
    return str(tag).rpartition("}")[2]


def line_of(node: etree._Element) -> int:
    """The line an element begins on."""
    line: Any = node.sourceline  # its stubs do not say
    return int(line or 1)


def path(node: etree._Element, attribute: str = "") -> str:
    """`/Order/OrderLine[2]/LineItem/Quantity/@unitCode`. Names of UBL stand without their namespace, others with."""
    return Paths().path(node, attribute)


class Paths:
    """Paths of many elements of one tree: the elements of each parent are counted once."""

    def __init__(self) -> None:
        self._of: dict[etree._Element, str] = {}

    def path(self, node: etree._Element, attribute: str = "") -> str:
        """The path of an element, or of an attribute of it."""
        return self._path(node) + (f"/@{attribute}" if attribute else "")

    def _path(self, node: etree._Element) -> str:
        if node not in self._of:
            parent = node.getparent()
            if parent is None:
                self._of[node] = f"/{local(node.tag)}"
            else:
                above = self._path(parent)
                total = Counter(each.tag for each in parent)
                seen = Counter[Any]()
                for each in parent:
                    seen[each.tag] += 1
                    number = f"[{seen[each.tag]}]" if total[each.tag] > 1 else ""
                    self._of[each] = f"{above}/{_named(each)}{number}"
        return self._of[node]


def _named(node: etree._Element) -> str:
    return local(node.tag) if etree.QName(node).namespace in (CAC, CBC, ENVELOPE) else str(node.tag)
