"""Put what was typed back into the boxes of a page, whoever wrote the page's forms."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from screening.workflow.core.unfinished import Typed

UNFILLED = {"hidden", "password", "file", "submit", "button", "reset", "image"}
Attributes = dict[str, str | None]


def filled(page: str, address: str, forms: Mapping[str, Typed]) -> str:
    """Return the HTML of `page` with `forms`, kept by their addresses, as they were typed.

    A form without an address of its own has the page's `address`. Boxes of which nothing is
    kept stay as they are, and whatever holds a filled form is unfolded.
    """
    filler = _Filler(address, forms)
    filler.feed(page)
    filler.close()
    return "".join(filler.out)


class _Filler(HTMLParser):
    def __init__(self, address: str, forms: Mapping[str, Typed]):
        super().__init__(convert_charrefs=False)
        self.address, self.forms = address, forms
        self.out: list[str] = []
        self.values: dict[str, deque[str]] = {}  # of the form that is open, by box
        self.select: str | None = None
        self.replacing = False  # the text of a box that has its own
        self.folded: list[int] = []  # where each open <details> stands in `out`

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.out.append(self.get_starttag_text() or "")
        given: Attributes = dict(attrs)
        match tag:
            case "form":
                self._open(given)
            case "details":
                self.folded.append(len(self.out) - 1)
            case "input" | "select" | "textarea" | "option":
                self._fill(tag, given)

    def _open(self, given: Attributes) -> None:
        typed = self.forms.get(given.get("action") or self.address)
        self.values = {}
        if typed and (given.get("method") or "").lower() == "post":
            self.values = {name: deque() for name in typed["names"]}
            for name, value in typed["fields"]:
                self.values.setdefault(name, deque()).append(value)

    def _fill(self, tag: str, given: Attributes) -> None:
        name = self.select if tag == "option" else given.get("name")
        if tag == "select":
            self.select = name
        kind = given.get("type") or "text"
        if name not in self.values or (tag == "input" and kind in UNFILLED):
            return
        values = self.values[name or ""]
        if tag == "option":
            self._mark("option", given, "selected", given.get("value") in values)
        elif tag == "textarea":
            self.out.append("\n" + escape(values.popleft(), quote=False) if values else "")
            self.replacing = True
        elif kind in ("radio", "checkbox"):
            self._mark("input", given, "checked", (given.get("value") or "on") in values)
        elif tag == "input":
            self.out[-1] = _tag("input", given | {"value": values.popleft() if values else ""})
        self._unfold()

    def _mark(self, tag: str, given: Attributes, mark: str, on: bool) -> None:
        left = {name: value for name, value in given.items() if name != mark}
        self.out[-1] = _tag(tag, left | {mark: None} if on else left)

    def _unfold(self) -> None:
        for place in self.folded:
            if not self.out[place].startswith("<details open"):
                self.out[place] = self.out[place].replace("<details", "<details open", 1)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.values = {}
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.replacing = False
        elif tag == "details" and self.folded:
            self.folded.pop()
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.replacing:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


def _tag(name: str, attributes: Attributes) -> str:
    parts = [k if v is None else f'{k}="{escape(v)}"' for k, v in attributes.items()]
    return f"<{' '.join([name, *parts])}>"
