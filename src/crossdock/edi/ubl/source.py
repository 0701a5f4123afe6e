"""Bytes of a stranger to a tree of elements, safely.

The encoding is found, the text decoded and the prolog read here: a document type declaration is refused by name before
a parser sees it, so there are no entities to expand, fetch or nest. The parser (libxml2) has entities, network and huge
trees off besides.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from lxml import etree

from crossdock.edi.kernel.faults import Fault, fault
from crossdock.edi.kernel.syntax import syntax_of
from crossdock.edi.ubl.account import ENVELOPE, line_of
from crossdock.edi.ubl.limits import XmlLimits

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_DECLARATION = re.compile(r"^<\?xml(\s[^>]*?)?\?>", re.DOTALL)
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1",
    "latin1": "latin-1", "iso-8859-15": "iso-8859-15", "windows-1252": "cp1252", "windows-1250": "cp1250",
    "iso-8859-2": "iso-8859-2", "utf-16": "utf-16",
}  # fmt: skip
_ENTITY = re.compile(r"<!ENTITY\s+(?:%\s+)?[^\s\"'>]+\s+(SYSTEM|PUBLIC|[\"'])([^\"']{0,2000})")
_SUBSET = 1 << 16  # characters of a document type declaration that are looked at to name what it does


class Source:
    """A document that was parsed, taken out of the envelope that it may come in (`StandardBusinessDocument`). Positions
    are told from the text as it was sent."""

    def __init__(self, root: etree._Element, text: str, encoding: str, start: int) -> None:
        self.root, self.envelope = _opened(root)
        self._text = text
        self._encoding = encoding
        self._start = start
        self._line, self._at, self._offset = 1, 0, start

    def offset_of(self, line: int) -> int:
        """The byte at which a line begins."""
        if line < self._line:
            self._line, self._at, self._offset = 1, 0, self._start
        while self._line < line and (end := self._text.find("\n", self._at)) >= 0:
            self._offset += len(self._text[self._at : end + 1].encode(self._encoding, "replace"))
            self._at, self._line = end + 1, self._line + 1
        return self._offset


def parse(data: bytes, limits: XmlLimits) -> Source | Fault:
    """The document, or why it is not read."""
    if len(data) > limits.input_bytes:
        words = f"the document has {len(data)} bytes; the limit is {limits.input_bytes}"
        return _refused("input_too_large", words)
    decoded = _decode(data)
    if isinstance(decoded, Fault):
        return decoded
    text, encoding, start = decoded
    body = text.lstrip(" \t\r\n")
    if not body:
        return _refused("empty_input", "")
    if not body.startswith("<"):
        found = syntax_of(body[:64].encode("utf-8", "replace")) or "no XML"
        return _refused("not_xml", f"the input is {found}; a UBL document begins with <")
    refused = _document_type(text)
    if refused is not None:
        return refused
    # The declaration names an encoding that is no longer that of the text; its lines are kept.
    plain = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text.lstrip("\ufeff"), count=1)
    root = _tree(plain, start)
    if isinstance(root, Fault):
        return root
    source = Source(root, text, encoding, start)
    return _too_much(source, limits) or source


def _opened(root: etree._Element) -> tuple[etree._Element, etree._Element | None]:
    """The one document of an envelope, and what is left of that."""
    inside = [each for each in root if not str(each.tag).startswith(f"{{{ENVELOPE}}}")]
    if root.tag != f"{{{ENVELOPE}}}StandardBusinessDocument" or len(inside) != 1:
        return root, None
    root.remove(inside[0])
    return inside[0], root


def _decode(data: bytes) -> tuple[str, str, int] | Fault:
    """Text, encoding, and how many bytes of a byte-order mark stand before it."""
    encoding, start = next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), ("", 0))
    if not encoding and data[:2] in (b"<\0", b"\0<"):
        encoding = "utf-16-le" if data[:1] == b"<" else "utf-16-be"
    if not encoding:
        named = _DECLARED.match(data.lstrip(b" \t\r\n")[:300])
        name = named[1].decode("ascii").lower() if named else "utf-8"
        known = _ENCODINGS.get(name)
        if known is None or known == "utf-16":
            return _refused("encoding_unknown", f"the document says that its encoding is {name}, and it is not")
        encoding = known
    try:
        return data[start:].decode(encoding), encoding, start
    except UnicodeDecodeError as problem:
        at = start + problem.start
        words = f"byte {at} is no {encoding.upper()}"
        line = data.count(b"\n", 0, at) + 1
        return fault("encoding_invalid", segment=line, offset=at, detail=words)


def _document_type(text: str) -> Fault | None:
    """The fault of a document type declaration, which stands before the root element or nowhere."""
    at, end = 0, len(text)
    while True:
        at = text.find("<", at)
        if at < 0 or not text.startswith(("<?", "<!"), at):
            return None
        if text.startswith("<!--", at):
            at = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            at = text.find("?>", at + 2)
        else:
            break
        if at < 0:
            return None
        at += 2
    line = text.count("\n", 0, at) + 1
    code, words = _named(text[at : min(end, at + _SUBSET)])
    return fault(
        code, segment=line, offset=len(text[:at].encode("utf-8", "replace")), detail=words, segment_id="DOCTYPE"
    )


def _named(subset: str) -> tuple[str, str]:
    """What a document type declaration tries to do."""
    entities = _ENTITY.findall(subset)
    outer = re.match(r"<!DOCTYPE\s+[^\s\[>]+\s+(?:SYSTEM|PUBLIC)", subset)
    if any(kind in ("SYSTEM", "PUBLIC") for kind, _ in entities):
        return "xml_external_entity", "the document wants a file or an address to be read into it"
    if any("&" in value or "%" in value for _, value in entities):
        return "xml_entity_expansion", "the document declares entities that are made of entities"
    if entities:
        longest = max(len(value) for _, value in entities)
        return "xml_entity_expansion", f"the document declares {len(entities)} entities, of up to {longest} characters"
    if outer:
        return "xml_external_entity", "the document names a document type that lies elsewhere"
    return "xml_document_type", ""


def _tree(text: str, start: int) -> etree._Element | Fault:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as problem:
        line, column = problem.position
        words = f"{problem.msg or 'the document is not well-formed'}"
        lines = text.split("\n", line)
        before = sum(len(each.encode("utf-8", "replace")) + 1 for each in lines[: line - 1])
        code = "xml_too_deep" if "depth" in words.lower() else "xml_malformed"
        return fault(code, segment=max(line, 1), offset=start + before, element=max(column, 0), detail=words[:200])


def _too_much(source: Source, limits: XmlLimits) -> Fault | None:
    """Depth and number of elements."""
    deeper = _deeper(limits.depth)(source.root)
    if deeper:
        line = line_of(deeper[0])
        words = f"the document has more than {limits.depth} levels"
        return fault("xml_too_deep", segment=line, offset=source.offset_of(line), detail=words)
    if _count(source.root) > limits.elements:
        return _refused("input_too_large", f"the document has more than {limits.elements} elements")
    return None


_count: Callable[[etree._Element], Any] = etree.XPath("count(//*)")


@cache
def _deeper(depth: int) -> Callable[[etree._Element], Any]:
    """Finds the first element that is nested more deeply."""
    return etree.XPath(f"({'/*' * (depth + 1)})[1]")


def _refused(code: str, words: str) -> Fault:
    return fault(code, segment=1, offset=0, detail=words)
