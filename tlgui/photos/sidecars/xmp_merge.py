"""Adds one keyword and who decided on it to the text of an XMP file; all else in it stays, byte for byte.

The keyword goes where Lightroom, digiKam and darktable look for keywords: `dc:subject`, `lr:hierarchicalSubject` and
`digiKam:TagsList`. Only what is missing is inserted; a property that is not there yet gets a description of its own
behind the others. The fields in tlgui's own namespace say what was answered, and which of the three lists got the
keyword from tlgui, so that another answer takes its place there, and a keyword of the person's own stays.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tlgui.photos.answers import DecidedBy
from tlgui.photos.names import one_line
from tlgui.photos.sidecars.xmp_document import RDF, Element, XmpDocument, XmpError, about, read_xmp
from tlgui.photos.sidecars.xmp_encoding import decoded

OWN = "urn:tlgui:xmp:1.0#"
"""The namespace of tlgui's own fields."""

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "tlgui": OWN,
}
_FIELDS = ("Answer", "Certainty", "DecidedBy", "DecidedAt", "Model", "ModelDigest", "AddedTo")
_CONTAINERS = frozenset(f"{RDF} {name}" for name in ("Bag", "Seq", "Alt"))
_ITEM = f"{RDF} li"
_NEW = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="tlgui">\n'
    f' <rdf:RDF xmlns:rdf="{RDF}">\n'
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="w"?>\n'
).encode()


@dataclass(frozen=True, slots=True)
class Keyword:
    """The keyword of one photo, and who decided on it.

    Args:
        answer: The class, as any text.
        decided_by: Who decided.
        decided_at: When, as an ISO 8601 time with its offset.
        certainty: The probability that the model gives the class, 0..1; None where it does not say.
        model: The name of the model's file; empty where a person decided without one.
        model_digest: SHA-256 of that file in hexadecimal.
    """

    answer: str
    decided_by: DecidedBy
    decided_at: str
    certainty: float | None = None
    model: str = ""
    model_digest: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """One of the lists of keywords.

    Args:
        prefix: The usual prefix of its namespace.
        local: Its local name.
        container: The container that it is made with.
        separator: What parts the levels of a keyword in it; empty where there are no levels.
    """

    prefix: str
    local: str
    container: str
    separator: str

    @property
    def name(self) -> str:
        return f"{_NAMESPACES[self.prefix]} {self.local}"

    def value(self, answer: str) -> str:
        """Return the keyword as it stands in this list: one level, on one line."""
        text = one_line(unicodedata.normalize("NFC", answer)).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
        return text.replace(self.separator, "-") if self.separator else text


_LISTS = (
    _List("dc", "subject", "Bag", ""),
    _List("lr", "hierarchicalSubject", "Bag", "|"),
    _List("digiKam", "TagsList", "Seq", "/"),
)
# From the start of what is replaced to its end, and what is put there.
_Edit = tuple[int, int, bytes]


def merged(before: bytes | None, keyword: Keyword) -> bytes:
    """Return an XMP file with a keyword in it; the same bytes where it says all of that already.

    What a person decided is not changed by what a model says.

    Args:
        before: The file as it is; None where there is none.
        keyword: What to add.

    Raises:
        XmpError: The file is damaged, or cannot be edited without touching what is not tlgui's.
    """
    text, encode = decoded(_NEW if before is None else before)
    merge = _Merge(read_xmp(text), keyword)
    if before is not None and merge.is_decided_by_person and keyword.decided_by is DecidedBy.MODEL:
        return before
    result = _apply(text, merge.edits())
    _check(result, keyword)
    return encode(result)


def _apply(data: bytes, edits: Sequence[_Edit]) -> bytes:
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new + data[end:]
    return data


def _check(result: bytes, keyword: Keyword) -> None:
    """Read a result again, so that no odd file is ever made a damaged one."""
    document = read_xmp(result)
    for each in _LISTS:
        found = _container(document, each)
        if found is None or each.value(keyword.answer) not in _values(found):
            raise XmpError("it is written in an unusual way")


class _Merge:
    """The edits that add one keyword to one file."""

    def __init__(self, document: XmpDocument, keyword: Keyword) -> None:
        self._document = document
        self._answer = keyword.answer
        self._newline = b"\r\n" if b"\r\n" in document.data else b"\n" if b"\n" in document.data else b""
        self._old = {name: value for name in _FIELDS if (value := self._own_value(name)) is not None}
        self._new = {
            "Answer": _LISTS[0].value(keyword.answer),
            "Certainty": "" if keyword.certainty is None else f"{keyword.certainty:.4f}",
            "DecidedBy": keyword.decided_by.value,
            "DecidedAt": keyword.decided_at,
            "Model": one_line(keyword.model),
            "ModelDigest": keyword.model_digest,
        }
        self._edits: list[_Edit] = []
        self._missing: list[str] = []

    @property
    def is_decided_by_person(self) -> bool:
        """Whether the file says that a person decided."""
        return self._old.get("DecidedBy") == DecidedBy.PERSON.value

    def edits(self) -> list[_Edit]:
        """Return what to change."""
        added = [prefix for each in _LISTS if (prefix := self._merge_list(each))]
        self._new["AddedTo"] = " ".join(added)
        told = [name for name in _FIELDS if name not in {"DecidedAt", "AddedTo"}]
        if all(self._old.get(name, "") == self._new[name] for name in told) and self._old.get("DecidedAt"):
            # The same answer given again keeps the time of the first one, and the file its bytes.
            self._new["DecidedAt"] = self._old["DecidedAt"]
        for name in _FIELDS:
            self._set_own(name)
        if self._missing:
            self._edits.append(self._description())
        return self._edits

    def _merge_list(self, wanted: _List) -> str:
        """Bring one list up to date; return its prefix where the keyword in it is tlgui's, else nothing."""
        value, old = wanted.value(self._answer), wanted.value(self._old.get("Answer", ""))
        is_own = wanted.prefix in self._old.get("AddedTo", "").split()
        container = _container(self._document, wanted)
        values = [] if container is None else _values(container)
        if is_own and old != value and container is not None:
            self._edits += [self._without(item) for item in container.children if _value(item) == old][:1]
        if value in values:
            return wanted.prefix if is_own and old == value else ""
        if container is not None:
            self._edits.append(self._inserted(container, value))
        elif found := self._document.properties(wanted.name):
            self._edits.append(self._filled(found[0], wanted, value))
        else:
            self._missing += self._lines_of(wanted, value)
        return wanted.prefix

    def _inserted(self, container: Element, value: str) -> _Edit:
        """Return the edit that puts an item behind the last one, or into an empty container."""
        name = f"{container.prefix}:li" if container.prefix else "li"
        item = f"<{name}>{escape(value)}</{name}>".encode()
        if container.is_closed:
            tag = self._document.data[container.start : container.open_end]
            opened = tag[: tag.rindex(b"/")].rstrip() + b">"
            ended = f"</{container.prefix}:".encode() if container.prefix else b"</"
            return (container.start, container.end, opened + item + ended + container.name.split()[1].encode() + b">")
        if not container.children:
            return (container.open_end, container.open_end, item)
        last = container.children[-1]
        return (last.end, last.end, self._space_before(last.start) + item)

    def _filled(self, found: Element, wanted: _List, value: str) -> _Edit:
        """Return the edit that puts a container into a property without content."""
        lines = self._container_lines(wanted, value)
        inner = "".join(line.strip() for line in lines)
        name = f"{found.prefix}:{wanted.local}" if found.prefix else wanted.local
        tag = self._document.data[found.start : found.open_end].decode()
        opened = tag[: tag.rindex("/")].rstrip() + ">" if found.is_closed else tag
        return (found.start, found.end, f"{opened}{inner}</{name}>".encode())

    def _lines_of(self, wanted: _List, value: str) -> list[str]:
        name = f"{wanted.prefix}:{wanted.local}"
        return [f" <{name}>", *(f" {line}" for line in self._container_lines(wanted, value)), f" </{name}>"]

    def _container_lines(self, wanted: _List, value: str) -> list[str]:
        declared = self._rdf_declared
        return [
            f" <rdf:{wanted.container}{declared}>",
            f"  <rdf:li>{escape(value)}</rdf:li>",
            f" </rdf:{wanted.container}>",
        ]

    @property
    def _rdf_declared(self) -> str:
        """The declaration of the prefix that is written for RDF, where the file has another one."""
        return "" if self._document.rdf.prefix == "rdf" else f" xmlns:rdf={quoteattr(RDF)}"

    def _description(self) -> _Edit:
        """Return the edit that puts a description with all that is missing behind the others."""
        rdf, described = self._document.rdf, self._document.descriptions
        name = about(described[0]) if described else ""
        used = "".join(
            f" xmlns:{prefix}={quoteattr(uri)}"
            for prefix, uri in _NAMESPACES.items()
            if any(f"<{prefix}:" in line for line in self._missing)
        )
        lines = [
            f"<rdf:Description{self._rdf_declared} rdf:about={quoteattr(name)}{used}>",
            *self._missing,
            "</rdf:Description>",
        ]
        indent = self._space_before(described[-1].start) if described else self._newline + b"  " * bool(self._newline)
        block = b"".join(indent + (line if self._newline else line.strip()).encode() for line in lines)
        if rdf.is_closed:
            tag = self._document.data[rdf.start : rdf.open_end].decode()
            ended = f"</{rdf.prefix}:RDF>" if rdf.prefix else "</RDF>"
            opened = tag[: tag.rindex("/")].rstrip() + ">"
            return (rdf.start, rdf.end, opened.encode() + block + self._newline + ended.encode())
        place = described[-1].end if described else rdf.open_end
        return (place, place, block)

    def _own_value(self, name: str) -> str | None:
        found = self._document.properties(f"{OWN} {name}")
        if found:
            return found[0].text.strip()
        attributes = (each.attributes.get(f"{OWN} {name}") for each in self._document.descriptions)
        return next((value for value in attributes if value is not None), None)

    def _set_own(self, name: str) -> None:
        """Give a field of tlgui's own its value; one without a value is removed."""
        value = self._new[name]
        if self._old.get(name, "") == value and (value or name not in self._old):
            return
        if name not in self._old:
            self._missing.append(f" <tlgui:{name}>{escape(value)}</tlgui:{name}>")
        elif found := self._document.properties(f"{OWN} {name}"):
            self._edits.append(self._with_text(found[0], value) if value else self._without(found[0]))
            # Only one that another program doubled is there twice.
            self._edits += [self._without(each) for each in found[1:]]
            self._edits += self._with_attribute(name, "")
        else:
            self._edits += self._with_attribute(name, value)

    def _with_text(self, element: Element, value: str) -> _Edit:
        if element.is_closed:
            tag = self._document.data[element.start : element.open_end]
            named = tag.split()[0].lstrip(b"<").rstrip(b"/>")
            opened = tag[: tag.rindex(b"/")].rstrip() + b">"
            return (element.start, element.end, opened + escape(value).encode() + b"</" + named + b">")
        return (element.open_end, element.close_start, escape(value).encode())

    def _with_attribute(self, name: str, value: str) -> Iterator[_Edit]:
        for description in self._document.descriptions:
            for start, value_start, value_end, end in self._document.attribute_places(description, OWN, name):
                if value:
                    yield (value_start, value_end, escape(value, {'"': "&quot;", "'": "&apos;"}).encode())
                else:
                    yield (start, end, b"")

    def _without(self, element: Element) -> _Edit:
        space = len(self._space_before(element.start))
        return (element.start - space, element.end, b"")

    def _space_before(self, place: int) -> bytes:
        """Return the line break and indentation in front of a tag; nothing where it does not begin a line."""
        data = self._document.data
        line = max(data.rfind(b"\n", 0, place), 0)
        begin = line - 1 if line and data[line - 1 : line] == b"\r" else line
        space = data[begin:place]
        return space if space.startswith((b"\n", b"\r\n")) and not space.strip() else b""


def _container(document: XmpDocument, wanted: _List) -> Element | None:
    """Return the container of a list; None where the list is missing or without content.

    Raises:
        XmpError: The list is written in another form.
    """
    found = document.properties(wanted.name)
    unusual = XmpError(f"its keywords ({wanted.prefix}:{wanted.local}) are written in an unusual way")
    if any(wanted.name in description.attributes for description in document.descriptions) or len(found) > 1:
        raise unusual
    if not found:
        return None
    element = found[0]
    if any(name.startswith(f"{RDF} ") for name in element.attributes):
        raise unusual
    if not element.children and not element.text.strip():
        return None
    if len(element.children) != 1 or element.text.strip() or element.children[0].name not in _CONTAINERS:
        raise unusual
    if any(item.name != _ITEM for item in element.children[0].children):
        raise unusual
    return element.children[0]


def _value(item: Element) -> str | None:
    """Return the text of an item; None where it has a structure."""
    return None if item.has_elements else unicodedata.normalize("NFC", item.text.strip())


def _values(container: Element) -> list[str]:
    return [value for item in container.children if (value := _value(item)) is not None]


def own_fields(data: bytes) -> Mapping[str, str]:
    """Return tlgui's own fields of an XMP file by their local names, for those who show them.

    Raises:
        XmpError: The file is damaged or no XMP.
    """
    document = read_xmp(decoded(data)[0])
    found = {
        name.split()[1]: value
        for each in document.descriptions
        for name, value in each.attributes.items()
        if name.startswith(f"{OWN} ")
    }
    for name in _FIELDS:
        for element in document.properties(f"{OWN} {name}"):
            found[name] = element.text.strip()
    return found
