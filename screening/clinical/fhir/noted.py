"""What a clinic's own system has noted of a patient, read from a FHIR R4 Bundle.

Nothing of it is an answer. What would be misread is refused, each mistake with its place: another
kind of resource, a member that FHIR does not know, another patient's record, a finding of ours that
the lists do not know. A code that is not ours is kept by its words, for a person to read.

Source: https://hl7.org/fhir/R4/bundle.html, condition.html, medicationstatement.html,
allergyintolerance.html
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from screening.clinical.fhir.codes import FINDINGS

MOST_FACTS, LONGEST_TEXT = 100, 200
CURRENT, PAST, REFUTED = "current", "past", "refuted"
MEDICINE = "medicine"
ANY = "resourceType id meta implicitRules language text contained extension modifierExtension"
BY = "identifier encounter recordedDate recorder asserter note"
ONSET = "onsetDateTime onsetAge onsetPeriod onsetRange onsetString"
KNOWN = {
    "Bundle": "resourceType id meta implicitRules language identifier type timestamp total link "
    "entry signature",
    "entry": "id extension modifierExtension link fullUrl resource search request",
    "Patient": f"{ANY} identifier active name telecom gender birthDate deceasedBoolean "
    "deceasedDateTime address maritalStatus multipleBirthBoolean multipleBirthInteger photo "
    "contact communication generalPractitioner managingOrganization link",
    "Condition": f"{ANY} {BY} {ONSET} clinicalStatus verificationStatus category severity code "
    "bodySite subject abatementDateTime abatementAge abatementPeriod abatementRange "
    "abatementString stage evidence",
    "MedicationStatement": f"{ANY} identifier basedOn partOf status statusReason category "
    "medicationCodeableConcept medicationReference subject context effectiveDateTime "
    "effectivePeriod dateAsserted informationSource derivedFrom reasonCode reasonReference note "
    "dosage",
    "AllergyIntolerance": f"{ANY} {BY} {ONSET} clinicalStatus verificationStatus type category "
    "criticality code patient lastOccurrence reaction",
}
MEMBERS = {type: frozenset(names.split()) for type, names in KNOWN.items()}
RESOURCES = ("Patient", "Condition", "MedicationStatement", "AllergyIntolerance")
STATUSES = {
    **dict.fromkeys(("active", "unknown", "intended", "on-hold"), CURRENT),
    **dict.fromkeys(("completed", "stopped", "not-taken"), PAST),
    "entered-in-error": REFUTED,
}
COURSE = {
    **dict.fromkeys(("active", "recurrence", "relapse"), CURRENT),
    **dict.fromkeys(("inactive", "remission", "resolved"), PAST),
}
CERTAINTY = {
    **dict.fromkeys(("unconfirmed", "provisional", "differential", "confirmed"), CURRENT),
    **dict.fromkeys(("refuted", "entered-in-error"), REFUTED),
}


class Fact(TypedDict):
    """One thing that is noted: its words, whether it holds now, and findings of the lists."""

    kind: str
    text: str
    state: str
    findings: list[str]


@dataclass(frozen=True)
class Bundle:
    """Whom it is about, which screening it names, and a fact for each entry but the patient.

    `identifiers` are the patient's and the Bundle's, each a system and a value.
    """

    names: tuple[str, ...]
    born: str
    patient: tuple[tuple[str, str], ...]
    screening: tuple[str, str] | None
    facts: tuple[Fact | None, ...]


class BundleError(ValueError):
    """A Bundle that cannot be taken: each mistake by its place."""

    def __init__(self, problems: Iterable[tuple[str, str]]):
        self.problems = list(problems)
        super().__init__("; ".join(f"{place}: {text}" for place, text in self.problems))


def read_bundle(raw: Any, findings: Container[str]) -> Bundle:
    """Return what `raw` says; `findings` are the ids of the lists. Raises BundleError."""
    reader = _Reader(findings)
    found = reader.bundle(raw)
    if reader.problems or found is None:
        raise BundleError(reader.problems)
    return found


class _Reader:
    """Reads a Bundle, and collects every mistake in it."""

    def __init__(self, findings: Container[str]):
        self.findings = findings
        self.problems: list[tuple[str, str]] = []

    def wrong(self, place: str, text: str) -> None:
        self.problems.append((place, text))

    def bundle(self, raw: Any) -> Bundle | None:
        if not isinstance(raw, dict) or raw.get("resourceType") != "Bundle":
            self.wrong("Bundle", "send a Bundle")
            return None
        self.members("Bundle", raw, MEMBERS["Bundle"])
        if raw.get("type") not in ("transaction", "collection"):
            self.wrong("Bundle.type", "is transaction or collection")
        entries = self.list_in(raw, "entry", "Bundle.entry")
        if len(entries) > MOST_FACTS + 1:
            self.wrong("Bundle.entry", f"has more than {MOST_FACTS + 1}")
            return None
        resources = [self.entry(n, one, raw.get("type")) for n, one in enumerate(entries)]
        patients = [n for n, one in enumerate(resources) if one.get("resourceType") == "Patient"]
        if len(patients) != 1:
            self.wrong("Bundle.entry", "has one Patient, and one only")
            return None
        named = list(self.identifiers("Bundle.identifier", raw.get("identifier")))
        place = f"Bundle.entry[{patients[0]}].resource"
        patient = resources[patients[0]]
        ids = self.list_in(patient, "identifier", f"{place}.identifier")
        facts = [
            None
            if n in patients or not one
            else self.fact(
                f"Bundle.entry[{n}].resource", one, _addresses(entries[patients[0]], patient)
            )
            for n, one in enumerate(resources)
        ]
        return Bundle(
            names=tuple(self.names(place, patient)),
            born=self.born(place, patient),
            patient=tuple(
                one
                for n, given in enumerate(ids)
                for one in self.identifiers(f"{place}.identifier[{n}]", given)
            ),
            screening=named[0] if named else None,
            facts=tuple(facts),
        )

    def members(self, place: str, raw: Mapping[str, Any], known: frozenset[str]) -> None:
        for name in raw:
            if name.removeprefix("_") not in known:
                self.wrong(f"{place}.{name[:50]}", "FHIR R4 knows no such member here")
            elif name in ("modifierExtension", "implicitRules"):
                self.wrong(f"{place}.{name}", "changes what is meant, and is not understood here")

    def list_in(self, raw: Mapping[str, Any], name: str, place: str) -> list[Any]:
        found = raw.get(name, [])
        if isinstance(found, list):
            return found
        self.wrong(place, "is a list")
        return []

    def entry(self, n: int, raw: Any, type: Any) -> dict[str, Any]:
        place = f"Bundle.entry[{n}]"
        if not isinstance(raw, dict) or not isinstance(raw.get("resource"), dict):
            self.wrong(place, "has a resource")
            return {}
        self.members(place, raw, MEMBERS["entry"])
        request = raw.get("request")
        method = request.get("method") if isinstance(request, dict) else None
        if type == "transaction" and method not in ("POST", "PUT"):
            self.wrong(f"{place}.request.method", "is POST or PUT")
        resource: dict[str, Any] = raw["resource"]
        named = resource.get("resourceType")
        if not isinstance(named, str) or named not in RESOURCES:
            self.wrong(
                f"{place}.resource",
                f"is one of {', '.join(RESOURCES)}",
            )
            return {}
        self.members(f"{place}.resource", resource, MEMBERS[named])
        return resource

    def names(self, place: str, patient: Mapping[str, Any]) -> Iterator[str]:
        for n, name in enumerate(self.list_in(patient, "name", f"{place}.name")):
            parts = name if isinstance(name, dict) else {}
            given, text = parts.get("given", []), parts.get("text")
            words = [*given, parts.get("family")] if isinstance(given, list) else []
            said = text or " ".join(one for one in words if isinstance(one, str))
            if self.is_text(f"{place}.name[{n}]", said):
                yield said

    def born(self, place: str, patient: Mapping[str, Any]) -> str:
        given = patient.get("birthDate")
        try:
            return date.fromisoformat(given if isinstance(given, str) else "").isoformat()
        except ValueError:
            self.wrong(f"{place}.birthDate", "is the whole date of birth, such as 1986-05-03")
            return ""

    def identifiers(self, place: str, raw: Any) -> Iterator[tuple[str, str]]:
        if raw is None:
            return
        told = raw if isinstance(raw, dict) else {}
        system, value = told.get("system", ""), told.get("value")
        if all(isinstance(one, str) and one.isprintable() for one in (system, value)) and value:
            yield system, value
        else:
            self.wrong(place, "has a system and a value of visible characters")

    def is_text(self, place: str, text: Any) -> bool:
        if isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_TEXT and text.isprintable():
            return True
        self.wrong(place, f"has a text of 1 to {LONGEST_TEXT} visible characters")
        return False

    def fact(self, place: str, raw: Mapping[str, Any], addresses: set[str]) -> Fact | None:
        kind = raw["resourceType"]
        about = "patient" if kind == "AllergyIntolerance" else "subject"
        reference = raw.get(about)
        target = reference.get("reference") if isinstance(reference, dict) else None
        if not isinstance(target, str) or target not in addresses:
            self.wrong(f"{place}.{about}.reference", "is that of the Patient in this Bundle")
        member = "medicationCodeableConcept" if kind == "MedicationStatement" else "code"
        if "medicationReference" in raw:
            member = "medicationReference"
            self.wrong(f"{place}.{member}", "send medicationCodeableConcept instead")
            return None
        text, findings = self.concept(f"{place}.{member}", raw.get(member))
        state = self.state(place, raw)
        if not text:
            return None
        named = {"MedicationStatement": MEDICINE, "Condition": "condition"}.get(kind, "allergy")
        return Fact(kind=named, text=text, state=state, findings=findings)

    def concept(self, place: str, raw: Any) -> tuple[str, list[str]]:
        concept = raw if isinstance(raw, dict) else {}
        findings, text = [], concept.get("text")
        for n, coding in enumerate(self.list_in(concept, "coding", f"{place}.coding")):
            told = coding if isinstance(coding, dict) else {}
            text = text or told.get("display") or _code_alone(told)
            if told.get("system") == FINDINGS:
                code = told.get("code")
                if isinstance(code, str) and code in self.findings:
                    findings.append(code)
                else:
                    self.wrong(f"{place}.coding[{n}].code", "the lists know no such finding")
        said = text if isinstance(text, str) and self.is_text(place, text) else ""
        if not isinstance(text, str):
            self.wrong(place, "has a text, or a coding with its words")
        return said.strip(), findings

    def state(self, place: str, raw: Mapping[str, Any]) -> str:
        """Return whether it holds now. What is said nowhere holds."""
        if raw["resourceType"] == "MedicationStatement":
            return self.code(f"{place}.status", raw.get("status"), STATUSES)
        found = [
            self.code(f"{place}.{name}", code, known)
            for name, known in (("verificationStatus", CERTAINTY), ("clinicalStatus", COURSE))
            for code in self.coded(f"{place}.{name}", raw.get(name))
        ]
        return next((one for one in (REFUTED, PAST) if one in found), CURRENT)

    def coded(self, place: str, raw: Any) -> Iterator[Any]:
        if raw is None:
            return
        codings = self.list_in(raw if isinstance(raw, dict) else {}, "coding", f"{place}.coding")
        if not codings:
            self.wrong(place, "has a coding")
        yield from (one.get("code") if isinstance(one, dict) else None for one in codings[:1])

    def code(self, place: str, code: Any, known: Mapping[str, str]) -> str:
        if isinstance(code, str) and code in known:
            return known[code]
        self.wrong(place, f"is one of {', '.join(known)}")
        return CURRENT


def _code_alone(coding: Mapping[str, Any]) -> Any:
    """Return a code that came without words, with where it is from, for whoever looks it up."""
    system, code = coding.get("system"), coding.get("code")
    both = isinstance(code, str) and isinstance(system, str)
    return f"{code} ({system})" if both else code


def _addresses(entry: Any, patient: Mapping[str, Any]) -> set[str]:
    """Return how other entries may refer to the patient."""
    full, id = entry.get("fullUrl"), patient.get("id")
    named = {full} if isinstance(full, str) else set()
    return named | ({f"Patient/{id}"} if isinstance(id, str) else set())
