"""Draws the blocks on pages of A4 with a font that knows Latin, Greek and Cyrillic letters and the usual signs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import as_file, files

from fpdf import FPDF

from tocsin.model.plain import INVISIBLE
from tocsin.web.paper.blocks import Block, Kind, Span, Style, blocks

FONT = "DejaVu"
MARGIN = 20.0
SIZES = {Kind.TITLE: 18.0, Kind.HEADING: 13.0, Kind.SUBHEADING: 11.0, Kind.CODE: 8.5}
SIZE, SMALL, LINE = 9.5, 7.5, 5.0
BEFORE = {Kind.TITLE: 0.0, Kind.HEADING: 5.0, Kind.SUBHEADING: 3.0, Kind.PARAGRAPH: 1.0, Kind.ITEM: 0.6, Kind.CODE: 0.0}
INK, GREY, ACCENT = (34, 34, 34), (110, 110, 110), (20, 80, 140)
MISSING = "\ufffd"
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


def as_pdf(text: str, *, name: str, mark: str, at: datetime | None) -> bytes:
    """The Markdown `text` as PDF. `name` and `mark` (approved by whom, or a draft) stand at the foot of each page."""
    paper = Paper(name, mark, at or _BEFORE_ALL)
    paper.draw(list(blocks(text)))
    return bytes(paper.output())


class Paper(FPDF):
    """The pages being drawn."""

    def __init__(self, name: str, mark: str, at: datetime) -> None:
        super().__init__(format="A4")
        self._name, self._mark = name, mark
        self._places: dict[str, int] = {}
        for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            with as_file(files("tocsin.web.paper") / file) as path:
                self.add_font(FONT, style, path)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.set_creation_date(at)
        self.set_title(f"Post-mortem of {name}")
        self.set_creator("tocsin")
        self.set_lang("en")
        self.alias_nb_pages()
        self.add_page()

    def draw(self, wanted: Iterable[Block]) -> None:
        """All blocks; a citation leads to its event only where that event is among them."""
        wanted = list(wanted)
        anchors = {span.text for block in wanted for span in block.spans if span.style is Style.ANCHOR}
        self._places = {name: self.add_link() for name in sorted(anchors)}
        for block in wanted:
            self._block(block)

    def footer(self) -> None:
        """What it is, and which page."""
        self.set_y(-14)
        self.set_font(FONT, "", SMALL)
        self.set_text_color(*GREY)
        self.cell(0, 4, self._known(f"{self._name}: {self._mark}"))
        self.set_x(MARGIN)
        self.cell(0, 4, f"{self.page_no()} / {{nb}}", align="R")

    def _block(self, block: Block) -> None:
        heading = block.kind in (Kind.TITLE, Kind.HEADING, Kind.SUBHEADING)
        size = SIZES.get(block.kind, SIZE)
        self.set_y(self.get_y() + BEFORE[block.kind])
        if heading and self.will_page_break(size + 3 * LINE):
            self.add_page()  # a heading does not stand alone at the foot of a page
        indent = MARGIN + (4.0 + 4.0 * block.level if block.kind is Kind.ITEM else 0.0)
        if block.kind is Kind.ITEM:
            self._set("", size, INK)
            self.set_x(indent - 4.0)
            self.write(LINE, "•")
        self.set_left_margin(indent)
        self.set_x(indent)
        for span in block.spans:
            self._span(span, size, bold=heading)
        self.set_left_margin(MARGIN)
        self.ln(LINE * size / SIZE if heading else LINE)

    def _span(self, span: Span, size: float, *, bold: bool) -> None:
        height = LINE * max(size, SIZE) / SIZE
        match span.style:
            case Style.ANCHOR:
                self.set_link(self._places[span.text], y=self.get_y(), page=self.page_no())
            case Style.CITATION:
                self._cite(span.text, height)
            case Style.BOLD:
                self._set("B", size, INK)
                self.write(height, self._known(span.text))
            case Style.CODE:
                self._set("", size, GREY)
                self.write(height, self._known(span.text))
            case Style.PLAIN:
                self._set("B" if bold else "", size, INK)
                self.write(height, self._known(span.text))

    def _cite(self, name: str, height: float) -> None:
        """A citation is not broken over two lines."""
        self._set("", SMALL, ACCENT)
        words = f"[#{name}]"
        if self.get_x() + self.get_string_width(words) + 2 * self.c_margin > self.w - self.r_margin:
            self.ln(height)
        self.write(height, words, self._places.get(name, ""))

    def _set(self, style: str, size: float, colour: tuple[int, int, int]) -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)

    def _known(self, text: str) -> str:
        """The text with a sign in place of every character that the font has no glyph for."""
        glyphs = getattr(self.current_font, "cmap", {})
        return "".join(one if ord(one) in glyphs else MISSING for one in INVISIBLE.sub(" ", text))
