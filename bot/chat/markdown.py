"""A small Markdown, written by template authors, to blocks.

| written | becomes |
|---|---|
| `# words`, `## words` | Heading |
| paragraph | Text |
| `- item`, `1. item` | Bullets |
| `> words` | Context |
| table whose header cells are empty, two columns | Facts |
| table | Table |
| `---` | Divider |
| `![words](url)` alone | Image |
| `![label](progress:3/20)` alone | Progress |
| `[label](do:verb?name=value)` alone or several | Actions; a title `"primary"` or `"danger"` sets the style |
| `[label](page:https://…)` alone | Actions with a link button |
| `[label](page:https://…)` among words | Span with a link; `page:` lets a value stand for the address |
| `[name](person:12)` | Span that notifies person 12 |
| `[on track](status:good)` | Span that tells a status of that kind |

What people typed stands in the text as private letters (bot/chat/values.py) and never meets this parser.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import parse_qsl, unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.chat import messages
from bot.chat.messages import Block, Bullets, Button, Context, Facts, Heading, Span, Spans, Table, Text, plain

_ALLOWED = re.compile(r"(?:https?|mailto|do|page|person|progress|status):|/")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"maxNesting": 20})
    parser.enable(
        [
            "heading",
            "list",
            "table",
            "hr",
            "blockquote",
            "emphasis",
            "link",
            "image",
            "backticks",
            "escape",
            "newline",
        ]
    )
    # Templates are ours (or the county's own); what people typed is guarded and cannot form a link at all.
    setattr(parser, "validateLink", lambda url: _ALLOWED.match(url) is not None)  # noqa: B010 - the library's own hook
    return parser


@lru_cache(maxsize=2048)
def to_blocks(text: str) -> tuple[Block, ...]:
    """Parse Markdown. Anything it does not know stays visible as text."""
    tokens = _parser().parse(text)
    blocks: list[Block] = []
    at = 0
    while at < len(tokens):
        end = _closing(tokens, at)
        blocks.extend(_block(tokens[at : end + 1]))
        at = end + 1
    return tuple(blocks)


def _closing(tokens: list[Token], at: int) -> int:
    """Index of the token that closes the one at `at`."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _block(tokens: list[Token]) -> list[Block]:
    first = tokens[0]
    match first.type:
        case "heading_open":
            return [Heading(plain(_spans(tokens[1])), int(first.tag[1]))]
        case "paragraph_open":
            return _paragraph(tokens[1])
        case "bullet_list_open" | "ordered_list_open":
            return [Bullets(tuple(_items(tokens)), first.type.startswith("ordered"))]
        case "blockquote_open":
            return [Context(_spans(token)) for token in tokens if token.type == "inline"]
        case "table_open":
            return [_table(tokens)]
        case "hr":
            return [messages.Divider()]
    return [Text(_spans(token)) for token in tokens if token.type == "inline"]


def _items(tokens: list[Token]) -> list[Spans]:
    """The items of a list; an inner list's items follow their parent, indented."""
    items: list[Spans] = []
    depth = 0
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "inline":
            indent = (Span("\u2003" * (depth - 1)),) if depth > 1 else ()
            items.append(indent + _spans(token))
    return items


def _table(tokens: list[Token]) -> Block:
    rows: list[list[Spans]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_spans(token))
    head, body = rows[0], rows[1:]
    if len(head) == 2 and not any(head):
        return Facts(tuple((plain(row[0]), row[1]) for row in body))
    return Table(tuple(plain(cell) for cell in head), tuple(tuple(row) for row in body))


def _paragraph(inline: Token) -> list[Block]:
    special = _special(inline.children or [])
    return special if special else [Text(_spans(inline))]


def _special(children: list[Token]) -> list[Block]:
    """Blocks of a paragraph that holds nothing but buttons, or one picture, or one progress bar."""
    children = [
        child for child in children if child.type != "softbreak" and child.content.strip() + child.type != "text"
    ]
    if len(children) == 1 and children[0].type == "image":
        return [_image(children[0])]
    buttons: list[Button] = []
    while children:
        href = str(children[0].attrGet("href") or "") if children[0].type == "link_open" else ""
        if not href.startswith(("do:", "page:")):
            return []
        end = _closing(children, 0)
        label = "".join(child.content for child in children[1:end])
        buttons.append(_button(label, href, str(children[0].attrGet("title") or "")))
        children = children[end + 1 :]
    return [messages.Actions(tuple(buttons))]


def _button(label: str, href: str, style: str) -> Button:
    if href.startswith("page:"):
        return Button(label, url=unquote(href[5:]), style=style)
    verb, _, query = href[3:].partition("?")
    return Button(label, unquote(verb), tuple(parse_qsl(query)), style)


def _image(token: Token) -> Block:
    source, alt = str(token.attrGet("src") or ""), token.content
    if source.startswith("progress:"):
        done, _, total = source[9:].partition("/")
        return messages.Progress(alt, int(done), int(total))
    return messages.Image(unquote(source), alt)


def _spans(inline: Token) -> Spans:
    """The runs of an inline token."""
    found: list[Span] = []
    bold = italic = 0
    href = ""
    for token in inline.children or []:
        match token.type:
            case "strong_open" | "strong_close":
                bold += token.nesting
            case "em_open" | "em_close":
                italic += token.nesting
            case "link_open":
                href = unquote(str(token.attrGet("href") or ""))
            case "link_close":
                href = ""
            case "softbreak":
                found.append(Span(" "))
            case "hardbreak":
                found.append(Span("\n"))
            case "code_inline":
                found.append(Span(token.content, code=True, bold=bold > 0, italic=italic > 0))
            case _ if token.content:
                found.append(_span(token.content, bold > 0, italic > 0, href))
    return tuple(found)


def _span(text: str, bold: bool, italic: bool, href: str) -> Span:
    if href.startswith("person:"):
        return Span(text, bold, italic, person=int(href[7:]))
    if href.startswith("status:"):
        return Span(text, bold, italic, status=href[7:])
    return Span(text, bold, italic, href=href.removeprefix("page:"))
