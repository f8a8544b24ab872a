"""Make any text harmless and cheap to lay out, whoever typed it.

A lone surrogate stops the renderer, control characters and characters that no
font covers break PDF/A, overrides of the direction hide what was written, and
one word of 10,000 letters costs twelve seconds. The words as they were typed
stay in the record that is attached to the report.
"""

import re
import unicodedata
from typing import Any

from screening.documents.rendering.fonts import covered_characters

LONGEST = 2_000  # characters of any text, the longest free answer (the list of medicines)
LONGEST_NAME = 100
LONGEST_DECLARATION = 20_000
LONGEST_WORD = 80  # hashes and addresses stay whole
SOFT_BREAK_EVERY = 30
MOST_MARKS = 3  # combining marks on one letter
NO_GLYPH = "\ufffd"  # half a character, which is none
ZERO_WIDTH_SPACE = "\u200b"
VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # how an emoji looks, not which it is
FLAG_LETTERS = "\U0001f1e6", "\U0001f1ff"
JOINERS = "\u200c\u200d"  # Persian and Indian scripts are misspelt without them

PLAIN = re.compile(r"[ -~]*")
LINE_BREAKS = re.compile(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*")
VOWEL_SIGNS = re.compile("[\u064b-\u0652\u0670]")
LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


def clean_texts(value: Any, longest: int = LONGEST) -> Any:
    """Return `value` with every text in it cleaned; names are shorter than other texts."""
    if isinstance(value, str):
        return clean_text(value, longest)
    if isinstance(value, list | tuple):
        return [clean_texts(one, longest) for one in value]
    if isinstance(value, dict):
        return {
            key: clean_texts(one, LONGEST_NAME if key == "name" else longest)
            for key, one in value.items()
        }
    return value


def clean_text(text: str, longest: int = LONGEST) -> str:
    """Return `text` as it may be printed, at most `longest` characters of it.

    Line breaks become " / ", what no font covers is named, as "[grinning face]" or
    "[U+10D0]", and a text that was cut ends with an ellipsis.
    """
    if len(text) <= longest and PLAIN.fullmatch(text):
        return LONG_WORD.sub(_soften, text)
    # Four times as many, because composing the letters may shorten the text that much.
    raw = text[: longest * 4].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    composed = unicodedata.normalize("NFC", LINE_BREAKS.sub(" / ", raw.strip()))
    cut = len(composed) > longest or len(text) > longest * 4
    shown = _drawable(composed[: longest - 1] if cut else composed)
    return LONG_WORD.sub(_soften, shown) + ("…" if cut else "")


def _drawable(text: str) -> str:
    """Return `text` without what has no picture; what we cannot draw is named in brackets."""
    covered = covered_characters()
    kept: list[str] = []
    unknown: list[str] = []  # the characters without a picture that stand in a row
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        is_space = category == "Zs" or character == "\t"
        is_drawn = category[0] != "C" and ord(character) in covered
        is_known = is_space or character in JOINERS or is_drawn
        if category in {"Cc", "Cf", "Cs"} and not is_known:
            continue
        if marks > MOST_MARKS or VARIANT.match(character):
            continue
        if is_known:
            kept += [_named(unknown), " " if is_space else character]
            unknown = []
        else:
            unknown.append(character)
    return "".join([*kept, _named(unknown)])


def _named(characters: list[str]) -> str:
    """Return what `characters` are: signs and emoji by name, letters by number. None is lost."""
    if not characters:
        return ""
    words: list[str] = []
    for character in characters:
        if FLAG_LETTERS[0] <= character <= FLAG_LETTERS[1]:
            letter = chr(ord(character) - ord(FLAG_LETTERS[0]) + ord("A"))
            is_second = bool(words) and words[-1].startswith("flag ") and len(words[-1]) == 6
            words = [*words[:-1], words[-1] + letter] if is_second else [*words, f"flag {letter}"]
        elif unicodedata.category(character)[0] == "S":
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            words.append(name if name.startswith("U+") else name.lower())
        else:
            words.append(f"U+{ord(character):04X}")
    return f"[{', '.join(words)}]"


def _soften(word: re.Match[str]) -> str:
    """Let a very long word break; where a mark follows its letter, the break waits."""
    softened: list[str] = []
    run = 0
    for character in word[0]:
        if run >= SOFT_BREAK_EVERY and not unicodedata.combining(character):
            softened.append(ZERO_WIDTH_SPACE)
            run = 0
        softened.append(character)
        run += 1
    return "".join(softened)


def written_direction(text: str) -> str:
    """Return "rtl" where the first letter of `text` is read from the right, else "ltr".

    WeasyPrint does not align dir="auto", so it is worked out here.
    """
    kinds = (unicodedata.bidirectional(character) for character in text)
    return "rtl" if next((k for k in kinds if k in {"L", "R", "AL"}), "L") != "L" else "ltr"


def without_vowel_signs(text: str) -> str:
    """Return `text` without Arabic vowel signs, which readers do without.

    WeasyPrint maps a letter that first occurs below one to nothing: whoever copies or
    hears the report would miss that letter everywhere.
    """
    return VOWEL_SIGNS.sub("", text)
