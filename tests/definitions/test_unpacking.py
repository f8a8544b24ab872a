"""A ZIP from outside: read like the folder that was packed, or refused with a reason."""

import io
import stat
import zipfile

import pytest

from screening.bootstrap import pack_definitions
from screening.definitions.problems import LARGEST_ARCHIVE, DefinitionError
from screening.definitions.unpacking import MOST_ENTRIES, load_archive
from tests.conftest import QUESTIONS, SMALL


def packed(files=SMALL, below=""):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            shown = name if isinstance(name, zipfile.ZipInfo) else below + name
            made.writestr(shown, content.lstrip("\n"))
    return archive.getvalue()


def problems(archive):
    with pytest.raises(DefinitionError) as refused:
        load_archive(archive)
    return [str(p) for p in refused.value.problems]


def test_the_folder_in_force_comes_back_as_it_was(library):
    assert load_archive(pack_definitions(QUESTIONS)).hash == library.hash


@pytest.mark.parametrize("below", ["", "questions/", "my lists/"])
def test_the_folder_may_be_packed_with_or_without_its_name(small, below):
    assert load_archive(packed(below=below)).hash == small.hash


def test_what_a_mac_adds_is_passed_over(small):
    extra = {"__MACOSX/findings.yaml": "\x00", ".DS_Store": "\x00", "readme.txt": "hello"}

    assert load_archive(packed(SMALL | extra)).hash == small.hash


def test_a_mistake_in_a_file_is_named_with_its_line():
    [problem] = problems(packed(SMALL | {"sources.yaml": "sources: ["}, "mine/"))

    assert problem.startswith("questions/sources.yaml:2: cannot be read")


@pytest.mark.parametrize(
    "name", ["../findings.yaml", "/etc/findings.yaml", "a/../../b.yaml", "..\\b.yaml", "C:b.yaml"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(name):
    [problem] = problems(packed(SMALL | {name: "x: y"}))

    assert "leads out of the folder" in problem


def test_a_link_is_refused():
    link = zipfile.ZipInfo("link.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert problems(packed(SMALL | {link: "/etc/passwd"})) == [
        "link.yaml:1: is a link; put the file itself there"
    ]


def test_a_locked_file_is_refused():
    archive = bytearray(packed(SMALL))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = archive.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        archive[at] |= 1

    assert any("is locked with a password" in p for p in problems(bytes(archive)))


@pytest.mark.parametrize("method", [8, 99], ids=["broken", "unknown"])
def test_what_is_packed_in_a_way_that_cannot_be_read_is_refused(method):
    archive = bytearray(packed(SMALL))
    name = zipfile.ZipFile(io.BytesIO(archive)).infolist()[0].filename
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        archive[archive.index(mark) + at] = method
    archive[30 + len(name)] |= 0b110  # a kind of block that there is not

    assert any("is not a ZIP file that can be read" in p for p in problems(bytes(archive)))


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"", "is not a ZIP file"),
        (b"findings: []", "is not a ZIP file"),
        (packed()[:-40], "is not a ZIP file"),
        (bytes(LARGEST_ARCHIVE + 1), "is larger than 1,000,000 bytes"),
        (packed({}), "holds no definition file"),
        (packed({"a.txt": "x"}), "holds no definition file"),
        (packed({f"{n}.yaml": "" for n in range(MOST_ENTRIES + 1)}), "more than 500 files"),
        (packed(SMALL | {"large.yaml": "x" * 1_000_001}), "is larger than 1,000,000 bytes"),
        (
            packed({f"{n}.yaml": "x" * 999_999 for n in range(6)}),
            "more than 5,000,000 bytes once unpacked",
        ),
        (packed({"a.yaml": "x: y", "A.yaml": "x: y"}), "is in the ZIP twice"),
        (packed({"a.yaml": "x: y", "a.yaml/b.yaml": "x: y"}), "a name no file can have"),
        (packed({"a" * 300 + ".yaml": "x: y"}), "a name no file can have"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_a_folder_is_refused(archive, reason):
    assert any(reason in problem for problem in problems(archive))


def test_a_size_that_lies_is_not_believed():
    """The directory says 10 bytes; what is packed is a megabyte and more."""
    archive = packed({"a.yaml": "x" * 3_000_000})
    true, false = (3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")

    assert archive.count(true) == 2
    assert problems(archive.replace(true, false)) == ["ZIP:1: is not a ZIP file that can be read"]


def test_a_changed_byte_is_refused():
    archive = bytearray(packed({"a.yaml": "x: y" * 1000}))
    archive[40] ^= 0xFF

    assert problems(bytes(archive)) == ["ZIP:1: is not a ZIP file that can be read"]
