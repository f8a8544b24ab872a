"""What the shipped rules say is true also while it is not known whether the finding holds."""

import re

TELLS_A_FACT = re.compile(
    r"\b[Yy]ou (?:have|had|are (?!not|and)|were|took|bleed|bruise|worry|react|could|may not bear)\b"
    r"|\b[Yy]our (?:illness|medicine|fits?|period|cancer|allergy|heart|implant|pregnancy)\b"
    r"|\b(?:Wait|Treat) (?:until|the)\b"
)


def test_no_reason_words_what_is_not_known_as_a_fact(library):
    """One sentence serves both, so it may only say what would follow if the finding held."""
    rules = [rule for p in library.procedures.values() for rule in p.contraindications]
    told = [rule.if_unknown or rule.because for rule in rules]

    assert [text for text in told if TELLS_A_FACT.search(text)] == []
