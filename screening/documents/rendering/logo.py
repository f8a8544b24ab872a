"""A clinic's logo: whatever picture was sent, a small PNG comes out, drawn anew."""

import io
import warnings

LARGEST_LOGO = 200_000  # bytes, as sent
WIDEST = (480, 160)  # pixels: twice what a page shows, 340 a inch on paper
KINDS = ("PNG", "JPEG")
MOST_PIXELS = 20_000_000


def clean_logo(sent: bytes) -> bytes | None:
    """Return the picture in `sent` as a PNG, None where it is no real PNG or JPEG.

    Drawn anew, so that nothing else that the file carried (places, scripts, a second
    file behind the first) reaches a patient or a report.
    """
    if len(sent) > LARGEST_LOGO:
        return None
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(sent), formats=KINDS) as picture:
                picture.verify()  # WeasyPrint tells Pillow to take half a picture
            with Image.open(io.BytesIO(sent), formats=KINDS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                drawn = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError):
        return None
    drawn.thumbnail(WIDEST)
    plain = Image.new("RGBA", drawn.size)
    plain.paste(drawn)
    written = io.BytesIO()
    plain.save(written, "PNG", optimize=True)
    return written.getvalue()


def size_of(logo: bytes) -> tuple[int, int]:
    """Return width and height of a logo in pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(logo), formats=("PNG",)) as picture:
        return picture.size
