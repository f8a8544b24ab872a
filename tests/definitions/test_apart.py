"""The lists read in a process of their own are the lists."""

import shutil

import pytest

from screening.definitions.apart import load_apart
from screening.definitions.problems import DefinitionError
from tests.conftest import QUESTIONS


def test_lists_read_apart_are_the_same_and_their_problems_too(library, tmp_path):
    found = load_apart(QUESTIONS)
    assert found.hash == library.hash
    assert found == library

    shutil.copytree(QUESTIONS, tmp_path / "questions")
    (tmp_path / "questions" / "findings.yaml").write_text("nothing: [here")
    with pytest.raises(DefinitionError) as raised:
        load_apart(tmp_path / "questions")
    assert "findings.yaml" in str(raised.value)

    with pytest.raises((DefinitionError, ValueError)):
        load_apart(tmp_path / "nowhere")
