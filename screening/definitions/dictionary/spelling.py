"""How a name is spelled and how it sounds: what makes two spellings one name, or alike."""

from __future__ import annotations

import re
import unicodedata

SHORTEST_SOUND = 5  # letters of what a word sounds like, below which sounding alike means nothing

_ONE_FORM = str.maketrans(
    {"ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "đ": "d", "ł": "l", "ı": "i", "ø": "o"}
    | dict.fromkeys("أإآٱ", "ا")
)
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцщыэ", "abvgdesiiklmnoprstufkssie", strict=True))
    | dict.fromkeys("жчш", "s")
    | dict.fromkeys("ъь", "")
    | {"ю": "iu", "я": "ia", "і": "i", "ї": "i"}
)
_ARABIC = dict(zip("بتثجخدذرزسشصضطظغفقكلمنپچڤگ", "bttkkddrssssdttkfkklmnbkfk", strict=True))
_SOUNDS = {"ph": "f", "th": "t", "kh": "k", "sch": "s", "ch": "k", "qu": "k", "ck": "k", "x": "ks"}
_SOUNDS |= {"ae": "e", "oe": "e", "y": "i", "j": "i", "w": "v"}  # in this order
_TO_BONES = str.maketrans("pgvq", "bkfk")
_STRETCH = "\u0640"  # lengthens a word in Arabic writing


def plain(text: str) -> str:
    """Return small letters without accents, words with one space between, digits as 0 to 9."""
    text = re.sub(r"\b([dlj])['’]", " ", text.casefold().replace(_STRETCH, ""))  # d'aspirine
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in parts if not _is_mark(c)).translate(_ONE_FORM)
    bare = "".join(_digit(c) for c in bare)
    return " ".join(re.findall(r"[^\W_]+", bare.replace("'", "").replace("’", "")))


def _is_mark(char: str) -> bool:
    """Return whether `char` is an accent, or nothing that can be seen: a soft hyphen."""
    return bool(unicodedata.combining(char)) or unicodedata.category(char) == "Cf"


def _digit(char: str) -> str:
    value = unicodedata.digit(char, None) if char.isdigit() else None
    return char if value is None else str(value)


def sound(word: str) -> str:
    """Return how `word` sounds, roughly: one form for Latin and Cyrillic spellings."""
    word = word.replace("гидр", "hidr").translate(_CYRILLIC).replace(" ", "")
    for old, new in _SOUNDS.items():
        word = word.replace(old, new)
    word = re.sub(r"c(?=[eiy])|[zç]", "s", word).replace("c", "k").replace("h", "")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"(?<=[^aeiou])(?:um|[aeio]+)$", "", word))


def is_arabic(word: str) -> bool:
    return "\u0600" <= word[:1] <= "\u06ff"


def skeleton(word: str) -> str:
    """Return the consonants of `word`, which Arabic and Latin spellings share."""
    latin = re.sub("[aeiou]", "", sound(word)).translate(_TO_BONES)
    bones = "".join(_ARABIC.get(c, "") for c in word) if is_arabic(word) else latin
    return re.sub(r"(.)\1+", r"\1", bones)


def keys_alike(word: str) -> set[str]:
    """Return what `word` shares with names that are spelled or sound like it."""
    heard, bones = sound(word), skeleton(word)
    near = {heard} | {heard[:i] + heard[i + 1 :] for i in range(len(heard))}
    spelled = {"-" + key for key in near} if len(heard) >= SHORTEST_SOUND else set()
    return spelled | {"~" + bones} if len(bones) >= SHORTEST_SOUND else spelled
