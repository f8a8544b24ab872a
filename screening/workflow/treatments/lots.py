"""The lot of a product, as it is typed or scanned, and the keyed hash that finds it again."""

from __future__ import annotations

import unicodedata

from screening.workflow.core.context import Context


def fold_lot(text: str) -> str:
    """Return a lot without capitals, spaces and hyphens, which everyone writes otherwise.

    >>> fold_lot("HA 22-817")
    'ha22817'
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def lot_hash(context: Context, clinic_id: str, text: str) -> str | None:
    """Return the hash under which one clinic finds a lot, None where nothing can be read."""
    plain = fold_lot(text)
    return context.hash(f"lot:{clinic_id}:{plain}") if plain else None
