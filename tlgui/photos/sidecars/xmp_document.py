"""Reads an XMP file as far as keywords need it, with the place of everything in its bytes, so that it can be edited.

Files come from other programs and are read with suspicion: a document type, and with it every entity, is refused at its
first byte; nothing is fetched; elements are counted. The parser is Python's own expat, not a library that makes a tree:
it tells the place of each element in the bytes, without which the bytes of other programs could not stay. Source of the
structure: Adobe, "XMP Specification Part 1" (2012), section 7, the serialisation in RDF/XML.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = frozenset({"adobe:ns:meta/ xmpmeta", "adobe:ns:meta/ xapmeta"})
_MOST_ELEMENTS = 200_000
# Of what is in rdf:RDF: descriptions, their properties, the containers of these, and the items of them.
_DEEPEST = 4
_START_TAG = re.compile(rb"""<([^\s/>=]++)(?:\s++[^\s=/>]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'))*+\s*+(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s++([^\s=/>]++)\s*+=\s*+("[^"]*+"|'[^']*+')""")


class XmpError(ValueError):
    """The file cannot be edited; its text says why, as the end of a sentence that names the file."""


@dataclass(slots=True)
class Element:
    """One element, with its places in the bytes of the file.

    Args:
        name: The namespace, a space, and the local name.
        prefix: Its prefix in the file; empty without one.
        attributes: Values by expanded name, as `name`.
        start: Where its start tag begins.
        open_end: Where its start tag ends.
        is_closed: Whether the start tag is the end tag too, as in `<a/>`.
        close_start: Where its end tag begins; `open_end` where it has none.
        end: Where it ends.
        texts: The text directly in it, in pieces.
        children: The elements directly in it, as far down as keywords lie.
        has_elements: Whether there are elements in it.
    """

    name: str
    prefix: str
    attributes: dict[str, str]
    start: int
    open_end: int
    is_closed: bool
    close_start: int = 0
    end: int = 0
    texts: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)
    has_elements: bool = False

    @property
    def text(self) -> str:
        """The text directly in it."""
        return "".join(self.texts)


@dataclass(frozen=True, slots=True)
class XmpDocument:
    """An XMP file.

    Args:
        data: Its bytes, as UTF-8 and without a byte order mark.
        rdf: Its `rdf:RDF`.
        prefixes: The prefixes that each namespace has anywhere in it.
    """

    data: bytes
    rdf: Element
    prefixes: dict[str, frozenset[str]]

    @property
    def descriptions(self) -> list[Element]:
        """The elements `rdf:Description` that hold the properties of the photo."""
        return self.rdf.children

    def properties(self, name: str) -> list[Element]:
        """Return the elements of one property, by its expanded name."""
        return [each for description in self.descriptions for each in description.children if each.name == name]

    def attribute_places(self, element: Element, namespace: str, local: str) -> Iterator[tuple[int, int, int, int]]:
        """Yield where an attribute lies: its start with the space before it, and start, end of its value, and its end.

        Args:
            element: The element whose start tag may have it.
            namespace: The attribute's namespace.
            local: Its local name.
        """
        if f"{namespace} {local}" not in element.attributes:
            return
        names = {f"{prefix}:{local}".encode() for prefix in self.prefixes.get(namespace, ())}
        for found in _ATTRIBUTE.finditer(self.data, element.start, element.open_end):
            if found[1] in names:
                yield found.start(), found.start(2) + 1, found.end(2) - 1, found.end()


def read_xmp(data: bytes) -> XmpDocument:
    """Read an XMP file.

    Args:
        data: Its bytes, as UTF-8 and without a byte order mark.

    Raises:
        XmpError: It is damaged, no XMP, has entities, or describes its properties in a way that cannot be edited.
    """
    reader = _Reader(data)
    reader.read()
    if reader.rdf is None:
        raise XmpError("it is no XMP file")
    document = XmpDocument(data, reader.rdf, {name: frozenset(found) for name, found in reader.prefixes.items()})
    _check_descriptions(document)
    return document


def _check_descriptions(document: XmpDocument) -> None:
    if any(each.name != f"{RDF} Description" for each in document.descriptions):
        raise XmpError("it describes the photo in an unusual way")
    if len({about(each) for each in document.descriptions}) > 1:
        raise XmpError("it describes several photos")


def about(description: Element) -> str:
    """Return what a description says it describes; mostly nothing."""
    return description.attributes.get(f"{RDF} about", description.attributes.get("about", ""))


class _Reader:
    """Follows the parser of XML through one file."""

    def __init__(self, data: bytes) -> None:
        self.rdf: Element | None = None
        self.prefixes: dict[str, set[str]] = {}
        self._data = data
        self._open: list[Element | None] = []
        self._depth = 0
        self._count = 0
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.ExternalEntityRefHandler = self._refuse
        self._parser.StartNamespaceDeclHandler = self._on_namespace
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.CharacterDataHandler = self._on_text

    def read(self) -> None:
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - expat's own
        except expat.ExpatError as error:
            raise XmpError(f"it is damaged ({expat.ErrorString(error.code)}, line {error.lineno})") from error

    def _refuse(self, *_arguments: object) -> int:
        raise XmpError("it declares a document type or entities, which photos' keywords never need")

    def _on_namespace(self, prefix: str | None, uri: str | None) -> None:
        if uri:
            self.prefixes.setdefault(uri, set()).add(prefix or "")

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise XmpError("it holds far too much")
        self._depth += 1
        element = None
        if self._open or self._is_rdf(name):
            parent = self._open[-1] if self._open else None
            if len(self._open) <= _DEEPEST and (parent is not None or not self._open):
                element = self._element(name, attributes)
            if parent is not None:
                parent.has_elements = True
                if element is not None:
                    parent.children.append(element)
            if not self._open:
                self.rdf = element
            self._open.append(element)

    def _is_rdf(self, name: str) -> bool:
        if name != f"{RDF} RDF":
            if self._depth == 1 and name not in _META:
                raise XmpError("it is no XMP file")
            return False
        if self.rdf is not None:
            raise XmpError("it holds the keywords of several photos")
        return True

    def _element(self, name: str, attributes: dict[str, str]) -> Element:
        start = self._parser.CurrentByteIndex
        tag = _START_TAG.match(self._data, start)
        if tag is None:
            raise XmpError("it is written in an unusual way")
        prefix, colon, _ = tag[1].decode().rpartition(":")
        return Element(name, prefix if colon else "", attributes, start, tag.end(), is_closed=bool(tag[2]))

    def _on_text(self, text: str) -> None:
        if self._open and (element := self._open[-1]) is not None:
            element.texts.append(text)

    def _on_end(self, _name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        if element is None:
            return
        if element.is_closed:
            element.close_start = element.end = element.open_end
        else:
            element.close_start = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.close_start) + 1
