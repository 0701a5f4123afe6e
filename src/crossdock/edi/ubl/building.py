"""Trees of UBL elements and their bytes. Whoever builds them need not mind the order: an aggregate's elements are put
into that of the standard when it is written."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from crossdock.edi.kernel.writing import CannotWrite
from crossdock.edi.ubl.schema import CAC, CBC, aggregates, root_namespace


class Built:
    """An element to be written: a basic one with text and attributes, or an aggregate with elements."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(
        self, name: str, text: str | None, attributes: dict[str, str], children: tuple[Built, ...] = ()
    ) -> None:
        self.name = name
        self.text = text
        self.attributes = attributes
        self.children = children


Maybe = Built | None


def leaf(name: str, text: str, **attributes: str) -> Maybe:
    """A basic component; nothing where it would be empty. Attributes without a value are left out."""
    if not text:
        return None
    return Built(name, text, {key: value for key, value in attributes.items() if value})


def aggregate(name: str, *children: Maybe | Iterable[Maybe], always: bool = False) -> Maybe:
    """An aggregate component; nothing where it would be empty, unless it must stand."""
    found: list[Built] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Built):
            found.append(child)
        else:
            found += [each for each in child if each is not None]
    return Built(name, None, {}, tuple(found)) if found or always else None


def tree(kind: str, children: Iterable[Maybe | Iterable[Maybe]]) -> etree._Element:
    """The elements of a document, in the order of the standard. Raises `CannotWrite` for characters that XML cannot
    hold."""
    built = aggregate(kind, *children, always=True)
    assert built is not None  # it must stand
    spaces = {None: root_namespace(kind), "cac": CAC, "cbc": CBC}
    root = etree.Element(f"{{{root_namespace(kind)}}}{kind}", nsmap=spaces)  # type: ignore[arg-type]
    _fill(root, kind, built)
    return root


def render(root: etree._Element) -> bytes:
    """The bytes of a document, in UTF-8."""
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _fill(parent: etree._Element, kind: str, built: Built) -> None:
    places = aggregates()[kind]
    for child in sorted(built.children, key=lambda each: places[each.name].position):
        place = places[child.name]
        node = etree.SubElement(parent, f"{{{place.namespace}}}{child.name}")
        try:
            for name, value in child.attributes.items():
                node.set(name, value)
            if child.text is not None:
                node.text = child.text
        except ValueError:
            said = child.text or ", ".join(child.attributes.values())
            raise CannotWrite(f"{child.name}: XML cannot hold {said!r}") from None
        if child.text is None:
            _fill(node, place.kind, child)
