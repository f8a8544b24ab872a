"""What a report may show: our own pictures by name, and the clinic's logo."""

from __future__ import annotations

from functools import cache

from weasyprint.urls import URLFetcher, URLFetcherResponse

from screening.shipped import TEMPLATES

PICTURES = "picture:"
LOGO = "logo"


class OwnPictures(URLFetcher):  # type: ignore[misc]
    """Reads pictures of templates/documents by name and the logo; refuses every other address."""

    def __init__(self, logo: bytes | None = None):
        super().__init__()
        self.logo = logo

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return the picture that `url` names. Raises ValueError for anything else."""
        if self.logo and url == f"{PICTURES}{LOGO}":
            return URLFetcherResponse(url, self.logo, {"Content-Type": "image/png"})
        picture = _pictures().get(url)
        if picture is None:
            raise ValueError("a report shows nothing from outside")
        return URLFetcherResponse(url, picture, {"Content-Type": "image/svg+xml"})


@cache
def _pictures() -> dict[str, bytes]:
    paths = sorted((TEMPLATES / "documents").glob("*.svg"))
    return {f"{PICTURES}{path.name}": path.read_bytes() for path in paths}
