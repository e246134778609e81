"""Files that ask for more than they are: small ones that unpack to gigabytes, that nest, repeat or count without end."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MB = 1_000_000
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/numbering.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/></Types>'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_KIND}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_PARTS = (
    f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{_KIND}/styles" Target="styles.xml"/><Relationship Id="r2" Type="{_KIND}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="r3" Type="{_KIND}/image" Target="media/image1.png"/></Relationships>'
)
GOAL = "<w:p><w:r><w:t>Goal 1: Increase engagement to 64% from 40%</w:t></w:r></w:p>"


def word(body: str = GOAL, styles: str = "", numbering: str = "", *, head: str = "", picture: bytes = b"") -> bytes:
    """A Word file with this XML in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        archive.writestr("word/_rels/document.xml.rels", _PARTS)
        archive.writestr("word/document.xml", f"{head}<w:document {W}><w:body>{body}<w:sectPr/></w:body></w:document>")
        archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
        archive.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
        archive.writestr("word/media/image1.png", picture)
    return made.getvalue()


def a_paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _entities() -> str:
    """https://en.wikipedia.org/wiki/Billion_laughs_attack"""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE w:document [<!ENTITY l0 "laughs ">{levels}]>'


def _list(start: int, kind: str) -> str:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="%1."/></w:lvl>'
    return f'<w:abstractNum w:abstractNumId="1">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'


_ITEM = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
_OF_ITSELF = "".join(
    f'<w:style w:type="paragraph" w:styleId="{a}"><w:name w:val="{a}"/><w:basedOn w:val="{b}"/></w:style>'
    for a, b in (("A", "B"), ("B", "A"))
)


def _nested(tag: str, depth: int) -> str:
    return f"<{tag}>" * depth + f"</{tag}>" * depth


def pdf(*objects: bytes, more: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, more, start)
    return bytes(made)


def _pages(count: int) -> bytes:
    """So many pages, all the same one."""
    kids = b"3 0 R " * count
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    said = b"BT /F1 12 Tf 72 700 Td (Goal 1: Increase engagement to 64% from 40%) Tj ET"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(said), said),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )  # fmt: skip


def _page_of(content: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page,
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(content), filters, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )  # fmt: skip


def _bomb(size: int, what: bytes = b" ") -> bytes:
    packer = zlib.compressobj(9)
    piece = what * (MB // len(what))
    return b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()


PLANS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "Word, a picture that unpacks to 2 GB": ("a.docx", lambda: _zip_with("word/media/image1.png", 2000)),
    "Word, a text that unpacks to 1 GB": ("a.docx", lambda: _zip_with("word/document.xml", 1000)),
    "Word, entities of entities": ("a.docx", lambda: word(a_paragraph("&l11;"), head=_entities())),
    "Word, an entity that is a file": (
        "a.docx", lambda: word(a_paragraph("&f;"), head='<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
    ),
    "Word, 100,000 elements deep": ("a.docx", lambda: word(GOAL + _nested("w:r", 100_000))),
    "Word, 200 tables in each other": (
        "a.docx",
        lambda: word("<w:tbl><w:tr><w:tc>" * 80 + a_paragraph("Goal 1: x") * 400 + "</w:tc></w:tr></w:tbl>" * 80),
    ),
    "Word, three million empty paragraphs": ("a.docx", lambda: word(GOAL + "<w:p/>" * 3 * MB)),
    "Word, a list from a thousand million in Roman numerals": (
        "a.docx", lambda: word(GOAL + a_paragraph("Strategy", _ITEM) * 50, numbering=_list(10**9, "upperRoman"))
    ),
    "Word, a list that begins nowhere": (
        "a.docx", lambda: word(GOAL + a_paragraph("x", _ITEM), numbering=_list(1, "decimal").replace('val="1"/><w:numF', 'val="one"/><w:numF'))
    ),
    "Word, a style that is based on itself": (
        "a.docx", lambda: word(a_paragraph("Goal 1: x", '<w:pStyle w:val="A"/>'), styles=_OF_ITSELF)
    ),
    "Word, no document in it": ("a.docx", lambda: _zip_with("nothing.xml", 1)),
    "PDF, 50,000 pages": ("a.pdf", lambda: _pages(50_000)),
    "PDF, a page that is its own parent": (
        "a.pdf", lambda: pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>")
    ),
    "PDF, a page of 300 MB": ("a.pdf", lambda: _page_of(_bomb(300 * MB))),
    "PDF, a page of 20 MB of text": ("a.pdf", lambda: _page_of(_bomb(20 * MB, b"BT /F1 1 Tf (x) Tj ET "))),
    "PDF, packed three times": ("a.pdf", lambda: _page_of(zlib.compress(zlib.compress(_bomb(1000 * MB))), b"/FlateDecode" * 3)),
    "PDF, arrays 100,000 deep": (
        "a.pdf", lambda: pdf(b"<</Type/Catalog/Pages 2 0 R/X %s%s>>" % (b"[" * 100_000, b"]" * 100_000), b"<</Type/Pages/Count 0/Kids[]>>")
    ),
    "PDF, cut in half": ("a.pdf", lambda: _pages(3)[:400]),
    "text, 100 MB": ("a.txt", lambda: b"Goal 1: Increase engagement to 64% from 40%\n" * (100 * MB // 44)),
    "text, 40 MB": ("a.txt", lambda: b"Goal 1: Increase engagement to 64% from 40%\n" * (40 * MB // 44)),
    "text, one line of 1.9 MB": ("a.txt", lambda: b"Goal 1: " + b"Strategy 1.1 by 64% of 40% " * 70_000),
    "text, 1.9 MB of goals": ("a.txt", lambda: b"Goal 1: Increase engagement to 64% from 40%\n" * 43_000),
    "text, 1.9 MB of dashes": ("a.txt", lambda: b"-" * 1_900_000),
    "text, 1.9 MB of table": ("a.txt", lambda: b"|" * 1_900_000),
    "text, 1.9 MB of blanks": ("a.txt", lambda: b"Goal 1: x" + b" " * 1_900_000 + b"x"),
    "text, 1.9 MB of numbers": ("a.txt", lambda: b"1.1.1 " * 316_000),
}  # fmt: skip


def _zip_with(name: str, megabytes: int) -> bytes:
    """A Word file one of whose parts is so large, unpacked."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as sound, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        for part in sound.namelist():
            if part != name and not (name == "nothing.xml" and part == "word/document.xml"):
                made.writestr(part, sound.read(part))
        with made.open(name, "w", force_zip64=True) as stream:
            for _ in range(megabytes):
                stream.write(b" " * MB)
    return whole.getvalue()


def written(folder: Path, kind: str) -> Path:
    """One of PLANS as a file."""
    name, make = PLANS[kind]
    path = folder / name
    path.write_bytes(make())
    return path


def of_itself_and_numbered() -> bytes:
    """A style based on itself, and a list far beyond what Roman numerals say."""
    body = a_paragraph("Goal 1: x", '<w:pStyle w:val="A"/>') + a_paragraph("Strategy", _ITEM)
    return word(body, styles=_OF_ITSELF, numbering=_list(10**9, "upperRoman"))
