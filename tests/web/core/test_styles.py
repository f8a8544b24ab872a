"""Stylesheets and pages know the same classes: none is styled in vain, none means nothing."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "screening" / "web" / "static"
PAGES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.relative_to(ROOT / "templates").parts[0] not in {"documents", "mail"}
]
# Put together from a value, such as `word {{ one.look }}` or `c-{{ choice }}`.
FROM_VALUES = {
    *("stop", "wait", "ask", "caution", "clear"),  # outcomes.LOOKS
    *("ok", "warn", "idle", "overdue"),  # words of the reception, groups of the queue
    *("c-decline", "c-defer", "for-proceed", "for-proceed-with-conditions"),
    *("for-request-information", "for-defer", "for-decline"),
    *("ink-stop", "ink-wait", "ink-ask", "ink-caution", "ink-clear"),
    *("desk", "halves", "all", "call", "fresh"),  # by a set, a macro's argument or desk.js
}
# What a script or a test finds a thing by, or what groups lines for who reads the template.
NO_LOOK = {"c-", "for-", "ink-", "plain", "reason"}


def styled():
    text = "".join(path.read_text() for path in STATIC.glob("*.css"))
    text = re.sub(r"/\*.*?\*/|content: [^;]*;", "", text, flags=re.DOTALL)
    selectors = [s for s in re.findall(r"([^{};]+)\{", text) if not s.strip().startswith("@")]
    return {name for one in selectors for name in re.findall(r"\.([a-z][\w-]*)", one)}


def used():
    found = set()
    for path in PAGES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        for value in re.findall(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"', text):
            words = re.sub(r"\{[{%].*?[}%]\}", _quoted, value)
            found |= set(words.split())
    return found


def _quoted(expression):
    found = re.findall(r"""(== )?(?:'([^']*)'|"([^"]*)")""", expression[0])
    return " ".join(one or other for compared, one, other in found if not compared)


def test_no_class_is_styled_that_no_page_has():
    assert styled() - used() - FROM_VALUES == set()


def test_no_page_has_a_class_that_means_nothing():
    assert used() - styled() - NO_LOOK == set()


def test_each_audiences_styles_stand_in_layers():
    """So that what an audience adds wins, and a clinic's own colours over everything."""
    for path in STATIC.glob("*.css"):
        rest = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        while "{" in rest:
            rest = re.sub(r"\{[^{}]*\}", ";", rest)
        said = {part.strip() for part in rest.split(";")} - {""}
        assert said and all(part.startswith("@layer ") for part in said), path.name
