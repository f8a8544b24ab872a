"""Take pictures of pages and keep them small, and write the page that shows them all."""

import io
import re
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
LANGUAGES = {"en": "English", "ru": "Русский", "vi": "Tiếng Việt", "ar": "العربية"}
PHONE, TABLET, DESKTOP, NARROW = (390, 844), (820, 1180), (1280, 900), (320, 640)
COLOURS = 32  # pages have few, so that this shows no difference and takes a third of the bytes
LOOKS = {
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "narrow": {},
}
GROUPS = {
    "looks": "Dark, with the reader's own colours, and 320 px wide",
    "clinic": "With a clinic's own colour and logo",
    "staff": "The staff's pages, and those for everyone",
}


class Camera:
    """Opens windows of a served clinic and writes what they show."""

    def __init__(self, browser, clinic):
        self.browser, self.clinic = browser, clinic

    def window(self, size, **options):
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.clinic.url, **options
        )
        context.set_default_timeout(20_000)
        return context.new_page()

    def take(self, page, name, most=1500):
        """Write what `page` shows, its upper `most` pixels, as FOLDER/name.png."""
        page.wait_for_load_state()
        shown = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
        shown = shown.convert("RGB").crop((0, 0, shown.width, min(shown.height, most)))
        path = FOLDER / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        shown.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)

    def in_languages(self, page, name, address="", then=None):
        """Take a page in each language, after `then` was done to it; leave it in English."""
        address = address or page.url.split("?")[0]
        most = page.viewport_size["height"]
        for code in LANGUAGES:
            page.goto(f"{address}?lang={code}")
            if then:
                then(page)
            self.take(page, f"{code}/{name}", most)
            page.context.set_offline(False)
        page.goto(f"{address}?lang=en")

    def looks(self, page, address, name):
        """Take one page as those see it who want it dark, in colours of their own, or small."""
        size = page.viewport_size
        for look, media in LOOKS.items():
            page.emulate_media(**{"color_scheme": "light", "forced_colors": "none"} | media)
            if look == "narrow":
                page.set_viewport_size(dict(zip(("width", "height"), NARROW, strict=True)))
            page.goto(address)
            self.take(page, f"looks/{name}-{look}", 1100)
        page.emulate_media(color_scheme="light", forced_colors="none")
        page.set_viewport_size(size)


def join_overview():
    """Put side by side what the README begins with: a question, the review and a report."""
    parts = ("en/phone-07-heart.png", "desk-review.png", "report-first-page.png")
    height, gap = 868, 24
    cut = []
    for name in parts:
        picture = Image.open(FOLDER / name).convert("RGB")
        width = {"en": 390, "de": 1180, "re": 640}[name[:2]]
        drawn = picture.resize((width, picture.height * width // picture.width))
        cut.append(drawn.crop((0, 0, width, height - 2 * gap)))
    whole = Image.new("RGB", (sum(p.width + gap for p in cut) + gap, height), "#d9d2c5")
    at = gap
    for picture in cut:
        whole.paste(picture, (at, gap))
        at += picture.width + gap
    whole.quantize(96).save(FOLDER / "overview.png", optimize=True)


def write_index():
    """Write docs/pictures/README.md from the pictures that are there."""
    lines = ["# Every page in pictures", "", "Made by `make pictures`. Nobody in them is real.", ""]
    for kind, title in (("phone", "On the patient's phone"), ("tablet", "On the clinic's tablet")):
        lines += [f"## {title}", "", f"| | {' | '.join(LANGUAGES.values())} |", "|---" * 5 + "|"]
        for path in sorted((FOLDER / "en").glob(f"{kind}-*.png")):
            name = path.stem
            shown = [
                picture(f"{code}/{name}", 200, f"{words(name)}, {LANGUAGES[code]}")
                for code in LANGUAGES
            ]
            lines += [f"| {words(name)} | {' | '.join(shown)} |"]
        lines += [""]
    for folder, title in GROUPS.items():
        lines += [f"## {title}", ""]
        found = sorted((FOLDER / folder).glob("*.png"))
        if folder == "staff":
            found = sorted(FOLDER.glob("desk-*.png")) + found
        lines += [
            picture(path.relative_to(FOLDER).with_suffix(""), 400, words(path.stem))
            for path in found
        ]
        lines += [""]
    (FOLDER / "README.md").write_text("\n".join(lines))


def picture(name, width, said):
    return f'<img src="{name}.png" width="{width}" alt="{said}">'


def words(name):
    """Return the words of a picture's name, without the kind and number that sort it."""
    return re.sub(r"^(phone|tablet)-\d\d-", "", name).replace("-", " ")
