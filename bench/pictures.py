"""Picture the documents for docs/pictures: page one, a cover, a copy in Arabic, a sheet.

Usage: PYTHONPATH=. python bench/pictures.py     (needs pdftoppm, from poppler-utils)
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from example import decision, example
from PIL import Image

from screening.documents.rendering.render import Reader, render_pdf

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
RESOLUTION = "75"  # dots an inch


def main() -> None:
    english, arabic = example(), example("ar")
    first = render_pdf(english)
    sheet = render_pdf(english, decision(english), reader=Reader.PATIENT)
    decided = render_pdf(english, decision(english), {"screening.pdf": first})
    for name, pdf, page in (
        ("report-first-page", first, 1),
        ("report-arabic", render_pdf(arabic, reader=Reader.PATIENT), 1),
        ("report-aftercare", sheet, 1),
        ("report-decided", decided, 1),
    ):
        command = ["pdftoppm", "-png", "-singlefile", "-r", RESOLUTION, "-f", str(page)]
        subprocess.run([*command, "-", FOLDER / name], input=pdf, check=True)
        picture = FOLDER / f"{name}.png"
        Image.open(picture).convert("RGB").quantize(64).save(picture, optimize=True)


if __name__ == "__main__":
    main()
