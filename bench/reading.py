"""Tell how hard the texts that patients read are: the Flesch-Kincaid grade of each kind.

Usage: python bench/reading.py [HARDEST]     how many of the hardest to print (5)
A grade is a year of school in the United States: grade 5 is an age of ten to eleven. Meant for
English running text; one short question alone says little, a whole kind of texts says more.
Syllables are the breaks of the hyphenation that WeasyPrint uses, which finds a few too few.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyphen
from babel.messages.pofile import read_po

from screening.clinical.definitions.definitions import Definitions
from screening.definitions.loading import load_definitions

ROOT = Path(__file__).parents[1]
WORD = re.compile(r"[A-Za-z]+(?:[’'][a-z]+)?")
END = re.compile(r"[.!?:;]+(?:\s|$)")
LEFT = re.compile(r"%\(\w+\)[sd]|%\w|[“”\"]")
LEAST = 4  # words: shorter ones are labels, not sentences


def main(hardest: int = 5) -> None:
    definitions = load_definitions(ROOT / "questions")
    print("| what a patient reads | texts | words a sentence | grade |\n|---|---:|---:|---:|")
    every: list[str] = []
    for kind, texts in kinds(definitions).items():
        said = sorted({t for t in texts if len(WORD.findall(t)) >= LEAST})
        every += said
        words, sentences, _ = counted(" ".join(ended(t) for t in said))
        print(f"| {kind} | {len(said)} | {words / sentences:.1f} | {grade(said):.1f} |")
    print(f"| all | {len(every)} | | {grade(every):.1f} |\n")
    for text in sorted(every, key=lambda t: -grade([t]))[:hardest]:
        print(f"- grade {grade([text]):.0f}: {text}")


def kinds(definitions: Definitions) -> dict[str, list[str]]:
    items = list(definitions.items)
    care = [p.aftercare for p in definitions.procedures.values() if p.aftercare]
    return {
        "questions": [item.text for item in items],
        "help beside them": [item.help for item in items if item.help],
        "how to find out": [item.find_out for item in items if item.find_out],
        "choices": [option.text for item in items for option in item.options],
        "aftercare": [said.text for one in care for said in one.advice],
        "warning signs": [said.text for one in care for said in one.warning_signs],
        "texts of the pages, staff's included": list(page_texts()),
    }


def page_texts() -> Iterator[str]:
    path = ROOT / "screening" / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        for message in read_po(file):
            yield message.id[-1] if isinstance(message.id, (list, tuple)) else message.id


def ended(text: str) -> str:
    return text if text.rstrip()[-1:] in ".!?" else f"{text}."


def counted(text: str) -> tuple[int, int, int]:
    """Return how many words, sentences and syllables."""
    text = LEFT.sub("", text)
    words = WORD.findall(text)
    breaks = pyphen.Pyphen(lang="en_GB", left=1, right=1)
    syllables = sum(len(breaks.positions(word.lower())) + 1 for word in words)
    return max(1, len(words)), max(1, len(END.findall(text))), syllables


def grade(texts: list[str]) -> float:
    words, sentences, syllables = counted(" ".join(map(ended, texts)))
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
