"""What docs/security.md says of the whole program: looked for in every file of it."""

import ast
import base64
import re
from pathlib import Path

from screening.logs import logconfig_dict
from screening.storage.encryption import new_key
from screening.storage.tables import Account
from screening.workflow.core.context import CODE_LETTERS, new_code, new_token

ROOT = Path(__file__).parents[1]
PROGRAM = sorted((ROOT / "screening").rglob("*.py"))
SCRIPTS = sorted((ROOT / "screening/web/static").glob("*.js"))
PAGES = sorted((ROOT / "templates").rglob("*.html"))


def named_in(path):
    """Return what a file imports, and what it calls, as it is written there."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Call):
            yield ast.unparse(node.func)
            yield from (f"{one.arg}={ast.unparse(one.value)}" for one in node.keywords if one.arg)


def found(pattern, paths=PROGRAM):
    """Return where in Python something is named that `pattern` fits whole."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name in named_in(path)
        if wanted.fullmatch(name)
    ]


def written(pattern, paths):
    wanted = re.compile(pattern)
    return [path.name for path in paths if wanted.search(path.read_text())]


def test_no_text_becomes_a_program():
    """One module pickles, between the program and a process of its own."""
    own = ROOT / "screening/definitions/apart.py"
    others = [path for path in PROGRAM if path != own]

    assert found(r"pickle.*|marshal.*", others) == []
    assert found(r"eval|exec|compile|yaml\.(unsafe_|full_)?load") == []


def calls(paths=PROGRAM):
    """Yield (file, call) for every call in Python."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(ROOT)), node


def is_text(node):
    """Return whether `node` is written in the program, whole or of its own constants."""
    parts = [node] if not isinstance(node, ast.JoinedStr) else node.values
    names = [part.value if isinstance(part, ast.FormattedValue) else part for part in parts]
    found = [n for name in names for n in ast.walk(name) if isinstance(n, ast.Name)]
    return all(name.id.isupper() for name in found)


def test_no_pattern_is_made_of_what_somebody_typed():
    """Two modules fit a text to one of several patterns that stand in them, one escapes words."""
    known = {"screening/config.py", "screening/definitions/values.py"}
    known |= {"screening/clinical/definitions/folder.py"}  # of words that a folder of lists has
    made = {
        file
        for file, call in calls()
        if ast.unparse(call.func).startswith("re.") and call.args and not is_text(call.args[0])
    }
    assert made == known


def test_no_text_that_is_filled_in_comes_from_outside():
    known = {"CONFIGURATION.format", "SEALED[column].bound.format"}
    filled = {
        ast.unparse(call.func)
        for _, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"format", "format_map"}
        and not isinstance(call.func.value, ast.Constant)
    }
    assert filled == known


def test_no_row_takes_the_names_of_its_columns_from_a_form():
    """What is set by name has its names from here: sealed columns, a look, what is erased."""
    known = {"storage/sealed.py", "workflow/clinics/branding.py", "workflow/records/erasure.py"}
    named = {file for file, call in calls() if ast.unparse(call.func) == "setattr"}
    assert named == {f"screening/{file}" for file in known}
    assert found(r".*\.populate_obj|.*\.__dict__\.update") == []


def test_what_is_sealed_and_signed_is_so_by_known_means_of_128_bits_or_more():
    """Other hashes and keys are only read, in the signatures of others (documents/cms)."""
    of_others = ROOT / "screening/documents/cms"
    own = [path for path in PROGRAM if of_others not in path.parents]
    ciphers = r"cryptography\.hazmat\.primitives\.(ciphers|asymmetric).*"
    assert {one.split(": ")[1].rpartition(".")[2] for one in found(ciphers)} == {
        *("aead", "asymmetric", "ec", "utils"),
    }
    assert found(r"(hashlib|hashes)\.(?!sha256|SHA256).*", own) == []
    assert len(new_key()) * 8 == 256
    curves = {
        ast.unparse(c) for _, c in calls(own) if "generate_private_key" in ast.unparse(c.func)
    }
    assert curves == {"ec.generate_private_key(ec.SECP256R1())"}


def test_nothing_is_logged_but_to_standard_error():
    assert [h["class"] for h in logconfig_dict["handlers"].values()] == ["logging.StreamHandler"]
    assert found(r"(logging\.)?(handlers\.)?(?!StreamHandler)\w*Handler") == []


def test_a_file_that_is_sent_is_named_by_us():
    """By its kind and by numbers of ours; nothing that somebody typed is in its name."""
    named = re.findall(
        r'(?:attachment|inline); filename="([^"]*)"', "".join(map(Path.read_text, PROGRAM))
    )
    filled = set(re.findall(r"{(.*?)}", " ".join(named)))

    assert len(named) > 5
    assert filled == {"name", "number", "kind", "found.id[:8]"}
    assert all(re.fullmatch(r"[\w.-]+", re.sub("{.*?}", "", one)) for one in named)


def test_no_program_is_started_through_a_shell():
    assert found(r"os\.system|os\.popen.*|shell=True|subprocess\.getoutput") == []


def test_chance_that_keeps_a_secret_comes_from_the_system():
    """Two use chance that keeps none: how long to wait, and which invented patients to draw."""
    keeps_none = ("screening/storage/turn.py", "screening/commands/population.py")
    others = [p for p in PROGRAM if str(p.relative_to(ROOT)) not in keeps_none]

    assert found(r"random(\.(?!token_).*)?", others) == []


def test_links_and_sign_ins_are_of_192_bits_and_codes_of_more_than_20():
    kept = new_token()
    assert len(base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))) * 8 == 192
    assert len(new_code().replace("-", "")) == 8
    assert len(CODE_LETTERS) ** 8 > 2**39


def test_a_browser_keeps_no_more_than_whether_keys_are_on():
    kept = [
        (path.name, call)
        for path in SCRIPTS
        for call in re.findall(r"(?:local|session)Storage\.\w+\([^,)]*", path.read_text())
    ]
    assert {call.partition("(")[2] for _, call in kept} <= {'"keys"'}
    assert written(r"indexedDB|caches\.|document\.cookie", SCRIPTS) == []


def test_no_script_makes_a_page_of_text():
    """One puts in a part of the queue that our own server wrote, and escaped."""
    taken = [
        line.strip()
        for path in SCRIPTS
        for line in path.read_text().splitlines()
        if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", line)
    ]
    assert taken == ["fresh.innerHTML = await response.text();"]


def test_no_page_holds_an_address_that_runs_or_carries_data():
    assert written(r"""(href|src|action)=["'](javascript|data|vbscript):""", PAGES) == []
    assert written(r"\son[a-z]+=\"", PAGES) == []


def test_what_an_address_holds_is_never_taken_for_what_a_form_sent():
    assert written(r"request\.values", PROGRAM) == []


def test_no_page_or_script_uses_what_browsers_have_given_up():
    """No plug-in, no frame, no synchronous request, no script of another kind."""
    dead = r"<(object|embed|applet|frameset|frame|marquee|font|center|blink|keygen)\b"
    assert written(dead, PAGES) == []
    assert written(r"ActiveXObject|XDomainRequest|XMLHttpRequest|attachEvent", SCRIPTS) == []
    assert written(r"text/vbscript|application/(x-shockwave|x-java)", PAGES + SCRIPTS) == []
    assert written(r"webkitRequest|mozRequest|document\.all\b|showModalDialog", SCRIPTS) == []


def test_what_is_uploaded_never_becomes_a_file():
    """A logo, a report and a folder of lists are read in memory or from where nothing runs."""
    assert found(r".*\.files\[.*\]\.save|.*\.data\.save|secure_filename") == []
    assert found(r".*\.save", [p for p in PROGRAM if "web" in p.parts]) == []


def test_what_was_typed_is_decoded_once():
    """Werkzeug does it. One act decodes besides: the name in the address of the mail server."""
    decodes = r"(?:.*\W)?(?:unquote(?:_plus|_to_bytes)?|parse_qsl?|unescape)"
    taking = [p for p in PROGRAM if {"web", "workflow", "clinical"} & set(p.parts)]

    assert found(decodes, taking) == ["screening/workflow/mail/smtp.py: unquote"]


def test_no_password_ends_by_itself():
    """An account knows no day on which its password was set, so nothing can ask for a new one."""
    assert {column.name for column in Account.__table__.columns if "password" in column.name} == {
        "password_hash"
    }
