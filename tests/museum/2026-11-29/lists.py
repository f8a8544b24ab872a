"""Three versions of the lists, as a clinic would have had them one after the other."""

import re
import shutil

POLICY = """
policy: aurelia
changes:
- procedure: mesotherapy-face
  finding: possible_clotting_disorder
  grade: contraindication
  defer: until resolved
  reason: Two large bruises last year.
  by: Dr Mai Tran
  since: 2026-11-20
"""
WAIT = "- finding: nsaid_recent\n  grade: contraindication\n  defer: {}\n"


def write_versions(source, folder):
    """Return three folders: two with other waits after a painkiller, and the shipped lists."""
    first, second, third = (folder / name for name in ("october", "november", "today"))
    few = shutil.ignore_patterns("examples", "facts.yaml", "translations")
    shutil.copytree(source, first, ignore=few)
    shutil.copytree(source, second, ignore=few)
    for version, wait in ((first, "5 days"), (second, "6 days")):
        for path in version.rglob("*.yaml"):
            path.write_text(re.sub(r"^ *facts: \[[^]]*\]\n", "", path.read_text(), flags=re.M))
        _replace(version / "procedures" / "mesotherapy-face.yaml", wait)
    shutil.copytree(source, third, ignore=shutil.ignore_patterns("examples"))
    (third / "policies").mkdir()
    (third / "policies" / "aurelia.yaml").write_text(POLICY.lstrip())
    return first, second, third


def _replace(path, wait):
    text = path.read_text()
    assert WAIT.format("7 days") in text
    path.write_text(text.replace(WAIT.format("7 days"), WAIT.format(wait)))
