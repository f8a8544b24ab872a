"""Where sealed PDFs lie apart from the database: a folder, or a bucket that speaks S3.

What comes here is sealed already, as it would stand in its row, and never changes: a name is
used once. A bucket is reached as AWS's own programs do, by AWS_ACCESS_KEY_ID and the like.
"""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = "file://"
PATIENCE = timedelta(seconds=5)  # somebody waits for the page


class StoreAwayError(Exception):
    """The store cannot be reached, or none is set; what lies there is not lost."""

    def __init__(self, why: str = "the store of documents cannot be reached"):
        super().__init__(why)


class LostDocumentError(Exception):
    """The store is there, and does not hold this document."""


class Store:
    """What lies at `address`, file:///folder or s3://bucket/prefix, by names of ours."""

    def __init__(self, address: str):
        self.address = address
        self.folder = Path(address.removeprefix(FOLDER)) if address.startswith(FOLDER) else None

    @cached_property
    def _objects(self) -> Any:
        from obstore.store import LocalStore, from_url  # takes 11 MB, and few need it

        if self.folder:
            return LocalStore(self.folder)
        return from_url(
            self.address,
            client_options={
                "timeout": PATIENCE,
                "connect_timeout": PATIENCE / 2,
                "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true",
            },
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        )

    def put(self, name: str, content: bytes) -> None:
        """Return once `content` lies there for good. Raises StoreAwayError."""
        from obstore.exceptions import BaseError

        try:
            self._objects.put(name, content, mode="create")
            if self.folder:
                _keep_for_good(self.folder / name, self.folder)
        except (BaseError, OSError, ValueError) as error:
            raise StoreAwayError from error

    def get(self, name: str) -> bytes:
        """Return what was put there. Raises LostDocumentError and StoreAwayError."""
        from obstore.exceptions import BaseError, NotFoundError

        try:
            return bytes(self._objects.get(name).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            if self.is_empty():  # another folder or bucket, or a disk that is not there
                raise StoreAwayError from error
            raise LostDocumentError(f"{name} is not in the store") from error
        except (BaseError, OSError, ValueError) as error:
            raise StoreAwayError from error

    def remove(self, name: str) -> None:
        """Let it go, where it is there at all. Raises StoreAwayError."""
        from obstore.exceptions import BaseError, NotFoundError

        try:
            self._objects.delete(name)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError, ValueError) as error:
            raise StoreAwayError from error

    def names(self) -> set[str]:
        """Return what lies there. Raises StoreAwayError."""
        from obstore.exceptions import BaseError

        try:
            return {each["path"] for batch in self._objects.list() for each in batch}
        except (BaseError, OSError, ValueError) as error:
            raise StoreAwayError from error

    def is_empty(self) -> bool:
        """Tell whether nothing at all lies there. Raises StoreAwayError."""
        from obstore.exceptions import BaseError

        try:
            return not any(self._objects.list(chunk_size=1))
        except (BaseError, OSError, ValueError) as error:
            raise StoreAwayError from error


def store_at(address: str) -> Store | None:
    return Store(address) if address else None


def _keep_for_good(file: Path, root: Path) -> None:
    """Write to the disk the file and every folder that leads to it."""
    for path in (file, *(parent for parent in file.parents if root in (parent, *parent.parents))):
        held = os.open(path, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)
