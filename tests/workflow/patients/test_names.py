"""A name is found however it was typed, and only in its own clinic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.workflow.patients.names import fold, skeletons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Søren Łukasz", "soren lukasz"),
        ("Anna O’Brien", "ANNA O'BRIEN"),
        ("Đặng Thị Hồng", "Dang Thi Hong"),
        ("Anna-Maria Weiß", "anna maria weiss"),
        ("Мария Ёлкина", "мария елкина"),
        ("Ольга", "Ol'ga"),
        ("أحمد مصطفى", "احمد مصطفي"),
        ("فاطمة", "فاطمه"),
        ("علی", "علي"),
        ("İpek", "ipek"),
        ("Nguyễn Văn A", "Van A  Nguyen"),
    ],
)
def test_a_name_typed_otherwise_has_the_same_parts(one, other):
    assert fold(one) == fold(other) != []


@given(st.text())
def test_folding_never_fails_and_is_the_same_again(text):
    parts = fold(text)
    assert fold(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "other",
    [
        "Mai Tran",
        "ТRАN  МАІ",  # Cyrillic
        "Μai Τran",  # Greek
        "Mai\u200b T\u00adran",
        "MaiTran",
        "Tran, Mai",
        "Prof. Dr. Mai Trần",
        "Ма1 Тrаn",
    ],
)
def test_names_that_look_or_sound_the_same_share_a_skeleton(other):
    assert skeletons("Dr Mai Tran") & skeletons(other)


def test_other_names_share_none():
    names = ["Dr Mai Tran", "Mai Tranh", "Maria Tran", "Анна Петрова", "Inna Petrova", "محمد"]
    held = [skeletons(name) for name in names]

    assert all(held)
    assert not any(a & b for i, a in enumerate(held) for b in held[:i])
    assert skeletons("Сharles") & skeletons("Charles"), "a Cyrillic С sounds like an S"
