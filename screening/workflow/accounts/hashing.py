"""Slow hashes of what people type. They take long on purpose: never in the writer's turn."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Spent on an unknown name, so that the time to answer does not tell who exists.
NOBODY = hasher.hash("nobody")


def matches(secret_hash: str, secret: str) -> bool:
    """Tell whether `secret` is what was hashed."""
    try:
        return hasher.verify(secret_hash, secret)
    except Argon2Error:
        return False
