"""One finding, one reason: what it means for each treatment, and on the visit."""

from screening.documents.arranged.merged import merged_reasons, oldest_day, to_confirm
from screening.documents.arranged.room import room_for
from tests.documents.conftest import COLD_SORE, PAINKILLER, TAN, procedure

TODAY, LATER = "2026-11-21", "2026-11-30"


def on_visit(of, *reasons, confirm=()):
    return of | {
        "visit": {
            "on": LATER,
            "outcome": "precaution",
            "until": None,
            "reasons": list(reasons),
            "to_confirm": list(confirm),
        }
    }


FACE = procedure("face", "Mesotherapy, face", "deferred", [TAN, PAINKILLER, COLD_SORE])
HAIR = procedure("hair", "Mesotherapy, hair", "deferred", [PAINKILLER])


def test_each_finding_stands_once_and_the_gravest_first():
    found = merged_reasons([FACE, HAIR], TODAY)

    assert [one["finding"] for one in found] == ["painkiller", "cold_sore", "sun"]
    assert [len(one["meanings"]) for one in found] == [1, 1, 1]
    [meaning] = found[0]["meanings"]
    assert [p["id"] for p, _ in meaning["of"]] == ["face", "hair"]
    assert found[0]["because"] == [PAINKILLER["because"]]


def test_what_differs_between_treatments_has_a_meaning_of_its_own():
    milder = PAINKILLER | {"outcome": "precaution", "until": None, "because": "Bruises show."}
    hair = procedure("hair", "Mesotherapy, hair", "precaution", [milder])

    [painkiller, *_] = merged_reasons([hair, FACE], TODAY)

    assert [m["outcome"] for m in painkiller["meanings"]] == ["deferred", "precaution"]
    assert painkiller["because"] == [PAINKILLER["because"], "Bruises show."]
    assert painkiller["outcome"] == "deferred"


def test_the_visit_is_named_only_where_it_says_otherwise():
    graver = TAN | {"outcome": "contraindicated"}
    visiting = on_visit(FACE, graver, COLD_SORE)
    new = on_visit(HAIR, PAINKILLER, TAN)

    said = {
        (p["id"], one["finding"]): meaning["visit"]
        for one in merged_reasons([visiting, new], TODAY)
        for meaning in one["meanings"]
        for p, _ in meaning["of"]
    }

    assert said == {
        ("face", "painkiller"): "over",
        ("face", "cold_sore"): None,
        ("face", "sun"): "contraindicated",
        ("hair", "painkiller"): None,
        ("hair", "sun"): "begins",
    }
    assert merged_reasons([visiting], TODAY)[0]["finding"] == "sun"  # gravest on either day
    assert all(
        meaning["visit"] is None
        for one in merged_reasons([visiting], LATER)  # the visit is the day of the answers
        for meaning in one["meanings"]
    )


def test_to_confirm_is_each_question_once_and_the_oldest_answer_has_its_day():
    both = [on_visit(FACE, confirm=["a", "b"]), on_visit(HAIR, confirm=["b", "c"])]

    assert to_confirm(both, TODAY) == ["a", "b", "c"]
    assert to_confirm(both, LATER) == []
    sections = [{"answers": [{"answered_on": "2026-03-01"}, {"answered_on": "2026-01-09"}, {}]}]
    assert oldest_day(sections, TODAY) == "2026-01-09"
    assert oldest_day([{"answers": [{}]}], TODAY) is None


def test_answers_begin_a_page_of_their_own_only_where_both_pages_have_room():
    answer = {"question": "Do you smoke?" * 3, "text": "No", "plain": True}
    few, many = [answer] * 40, [answer] * 300

    assert room_for("A4", "en", 1, [], [], ["Q?"] * 5, few) == (True, True)
    assert room_for("A4", "en", 1, [], [], ["Q?"] * 5, many).apart is False
    assert room_for("Letter", "ru", 1, [], ["long " * 800], ["Q?"] * 5, few).apart is False
