"""A name is found however it was typed, and only in its own clinic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.workflow.patients.names import fold


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
