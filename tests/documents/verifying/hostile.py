"""Hostile files out of our own sealed reports: each kind is a function of a chance.

The first kinds are what happens on the way or what an editor does. The others come from somebody
with a key: `resigned` gives whatever was changed a last signature that matches, so that the file
goes past the first look. They use a key that we know in a role that is not its own, since
whatever a clinic's own seal covers is the clinic's word.
"""

import io
import random
import re
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
from asn1crypto import cms
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from weasyprint import HTML

from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.cms.parts import (
    Parts,
    der,
    digest_algorithm,
    low,
    put_together,
    signature_algorithm,
)
from screening.documents.cms.token import normal_token
from screening.documents.rendering.fonts import use_own_fonts
from screening.documents.signing.place import AsPrinted
from screening.documents.signing.seal import KeySigner, seal_pdf
from screening.documents.tagged.tags import finish_tags
from tests.documents.sealing import (
    NOW,
    SignerOfThen,
    alone,
    authority,
    doctor,
    gap_of_last_signature,
    plain,
    seal,
    sealed,
    signed,
)

Kind = Callable[[random.Random], bytes]
KINDS: dict[str, Kind] = {}


def kind(make: Kind) -> Kind:
    KINDS[make.__name__] = make
    return make


@cache
def stranger():
    return issue_certificate(create_authority("Aurelia Clinic", NOW), "Seal of X", "seal", NOW)


def any_of_ours(chance):
    return chance.choice((alone, sealed, signed))()


def container_of(pdf):
    """Return the last container without its padding."""
    start, end = gap_of_last_signature(pdf)
    raw = bytes.fromhex(pdf[start + 1 : end - 1].decode())
    size, begin = _length(raw, 1)
    return raw[: begin + size]


def with_container(pdf, new):
    start, end = gap_of_last_signature(pdf)
    digits = new.hex().upper().encode()[: end - start - 2]
    return pdf[: start + 1] + digits.ljust(end - start - 2, b"0") + pdf[end - 1 :]


def _length(data, at):
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    return int.from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count


def open_lengths(data):
    """Return DER as BER: every constructed value without a length, closed by two zeros."""
    out, at = b"", 0
    while at < len(data):
        size, begin = _length(data, at + 1)
        value = data[begin : begin + size]
        if data[at] & 0x20:
            out += bytes([data[at], 0x80]) + open_lengths(value) + b"\0\0"
        else:
            out += data[at : begin + size]
        at = begin + size
    return out


def resigned(pdf, who):
    """Return `pdf` with its last container made anew by `who`, over the bytes as they are now."""
    start, end = gap_of_last_signature(pdf)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(pdf[:start] + pdf[end:])
    told = digest.finalize()
    certificate = who.certificate.public_bytes(Encoding.DER)
    named = hashes.Hash(hashes.SHA256())
    named.update(certificate)
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [told]},
            {
                "type": "signing_certificate_v2",
                "values": [{"certs": [{"cert_hash": named.finalize()}]}],
            },
        ]
    ).dump()
    size, begin = _length(attributes, 1)
    inner = attributes[begin : begin + size]
    signature = low(who.key.sign(der(0x31, inner), ec.ECDSA(hashes.SHA256())))
    parts = Parts(
        certificates=(certificate,),
        attributes=inner,
        digest_algorithm=digest_algorithm("sha256"),
        signature_algorithm=signature_algorithm(certificate, "sha256"),
        signature=signature,
        digest=told,
    )
    return with_container(pdf, put_together(parts))


def changed_outside(pdf, change):
    """Return `pdf` with all but its last signature's dictionary given to `change`."""
    start, end = gap_of_last_signature(pdf)
    begin = pdf.rindex(b" obj", 0, start)
    after = pdf.index(b"endobj", end)
    head, kept, tail = pdf[:begin], pdf[begin:after], pdf[after:]
    new = change(bytearray(head)), change(bytearray(tail))
    if len(new[0]) != len(head) or len(new[1]) != len(tail):
        raise ValueError("a change keeps the length, since the signature says where it stands")
    return bytes(new[0]) + kept + bytes(new[1])


# On the way


@kind
def ber_everywhere(chance):
    pdf = any_of_ours(chance)
    return with_container(pdf, open_lengths(container_of(pdf)))


@kind
def ber_outside(chance):
    pdf = any_of_ours(chance)
    whole = container_of(pdf)
    _, begin = _length(whole, 1)
    return with_container(pdf, bytes([whole[0], 0x80]) + whole[begin:] + b"\0\0")


@kind
def container_empty(chance):
    return with_container(any_of_ours(chance), chance.choice((b"\x30\0", b"", b"\x30\x80\0\0")))


@kind
def container_not_hex(chance):
    pdf = any_of_ours(chance)
    start, end = gap_of_last_signature(pdf)
    place = chance.randrange(start + 1, end - 3)
    return pdf[:place] + chance.choice((b"zz", b"<<", b"  ", b"\xff\xff")) + pdf[place + 2 :]


@kind
def bytes_before(chance):
    before = (b"\xef\xbb\xbf", b"Content-Type: application/pdf\r\n\r\n", b"\n", b"\0" * 900)
    return chance.choice(before) + any_of_ours(chance)


@kind
def line_ends(chance):
    return any_of_ours(chance).replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n")))


@kind
def appended(chance):
    return any_of_ours(chance) + chance.choice((b"\n% more\n", b"\0", b"%%EOF\n%%EOF\n", plain()))


@kind
def cut(chance):
    pdf = any_of_ours(chance)
    size = chance.choice((len(pdf) - 200, len(pdf) // 2, chance.randrange(1, len(pdf))))
    return b"" if pdf[:size] in (alone(), sealed()) else pdf[:size]


@kind
def flipped(chance):
    pdf = bytearray(any_of_ours(chance))
    pdf[chance.randrange(len(pdf))] ^= 1 << chance.randrange(8)
    return bytes(pdf)


@kind
def bomb_appended(chance):
    packed = zlib.compress(bytes(1 << 20) * 64, 9) * 4
    head = b"\n9999 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n"
    return any_of_ours(chance) + head % len(packed) + packed + b"\nendstream endobj\n%%EOF\n"


@kind
def not_a_pdf(chance):
    return chance.choice((b"%PDF-1.7\n", b"", b"GIF89a")) + chance.randbytes(40_000)


@kind
def empty(chance):
    return b""


@kind
def saved_again(chance):
    return _saved(any_of_ours(chance), chance)


@kind
def with_a_password(chance):
    encryption = pikepdf.Encryption(owner="o", user=chance.choice(("", "u")))
    return _saved(any_of_ours(chance), chance, encryption=encryption)


def _saved(pdf, chance, **more):
    written = io.BytesIO()
    streams = chance.choice(list(pikepdf.ObjectStreamMode))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(written, object_stream_mode=streams, **more)
    return written.getvalue()


@kind
def no_seal(chance):
    return plain() + b"%" + chance.randbytes(5).hex().encode()


@kind
def two_in_one(chance):
    return alone() + chance.choice((alone(), signed(), plain() + alone()[len(plain()) :]))[1:]


# By somebody with a key that nobody knows


@kind
def sealed_by_a_stranger(chance):
    return seal_pdf(plain(), stranger(), NOW, f"Sealed {chance.random()}")


@kind
def resigned_by_a_stranger(chance):
    return resigned(any_of_ours(chance), stranger())


@kind
def container_of_nonsense(chance):
    """CMS whose values are cut, deep, many or of other types, at any place."""
    pdf = any_of_ours(chance)
    whole = bytearray(container_of(pdf))
    match chance.randrange(4):
        case 0:
            whole[chance.randrange(len(whole))] = chance.randrange(256)
        case 1:
            depth = chance.randrange(20, 1500)
            whole = bytearray(b"\x30\x80" * depth)
        case 2:
            whole = bytearray(der(0x30, *([b"\x05\0"] * chance.randrange(2000, 4000))))
        case 3:
            place = chance.randrange(len(whole) - 8)
            whole[place : place + 4] = chance.randbytes(4)
    return with_container(pdf, bytes(whole))


# By somebody with a key that we know, in a role that is not its own


def _by_a_doctor(chance, change):
    """Change all of the file, or only its objects, so that the parser finds its way to them."""

    def objects_only(part):
        end = part.find(b"\nxref")
        return change(part[:end]) + part[end:] if end > 5_000 else part

    whole = chance.random() < 0.3
    return resigned(changed_outside(alone(), change if whole else objects_only), doctor())


@kind
def bytes_flipped_and_signed(chance):
    def change(part):
        for _ in range(chance.randrange(1, 6)):
            part[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
        return part

    return _by_a_doctor(chance, change)


@kind
def numbers_changed_and_signed(chance):
    """Lengths, offsets, generations and references that lead elsewhere, far or in a circle."""

    def change(part):
        found = list(re.finditer(rb"\d+", part))
        for each in chance.sample(found, min(len(found), chance.randrange(1, 9))):
            size = each.end() - each.start()
            part[each.start() : each.end()] = str(chance.randrange(10**size)).encode().zfill(size)
        return part

    return _by_a_doctor(chance, change)


@kind
def names_exchanged_and_signed(chance):
    """/Kids where /Parent stood, and the like."""

    def change(part):
        names = list(re.finditer(rb"/[A-Za-z]{2,}", part))
        for _ in range(chance.randrange(1, 6)):
            if len(names) > 1:
                one, other = chance.sample(names, 2)
                size = one.end() - one.start()
                part[one.start() : one.end()] = other[0][:size].ljust(size, b"x")
        return part

    return _by_a_doctor(chance, change)


@kind
def brackets_opened_and_signed(chance):
    def change(part):
        begin = chance.randrange(len(part))
        size = min(len(part) - begin, chance.randrange(2, 4000))
        part[begin : begin + size] = chance.choice((b"[", b"<", b"(", b">", b"]")) * size
        return part

    return _by_a_doctor(chance, change)


@kind
def chunks_moved_and_signed(chance):
    def change(part):
        size = min(len(part) // 3, chance.randrange(10, 3000))
        one, other = (chance.randrange(len(part) - size) for _ in range(2))
        part[one : one + size] = part[other : other + size]
        return part

    return _by_a_doctor(chance, change)


@kind
def streams_swollen_and_signed(chance):
    """A stream whose few bytes unpack to many megabytes, in place of one that was there."""

    def change(part):
        bomb = zlib.compress(bytes(chance.randrange(10, 60) << 20), 9)
        for each in re.finditer(rb"stream\r?\n", part):
            end = part.find(b"endstream", each.end())
            if end - each.end() > len(bomb) and chance.random() < 0.5:
                part[each.end() : each.end() + len(bomb)] = bomb
        return part

    return _by_a_doctor(chance, change)


@kind
def the_doctors_revision_changed_and_signed(chance):
    """What follows the seal, with the doctor's own key: only the signature may be new there."""
    size = len(sealed())

    def change(part):
        begin = size if len(part) > size else 0
        for _ in range(chance.randrange(1, 5)):
            if begin < len(part):
                part[chance.randrange(begin, len(part))] = chance.choice(b"0123456789 /<>[]R")
        return part

    whole = resigned(changed_outside(signed(), change), doctor())
    return whole if whole != signed() else b""


@kind
def a_certificate_in_the_wrong_place(chance):
    """Known certificates, exchanged: the doctor seals, the authority signs."""
    who = chance.choice((doctor(), authority()))
    return resigned(chance.choice((alone, sealed))(), who)


@kind
def another_form_of_the_container(chance):
    """The same in other words: an algorithm, a version, a signer twice."""
    pdf = any_of_ours(chance)
    info = cms.ContentInfo.load(container_of(pdf))
    [signer] = info["content"]["signer_infos"]
    match chance.randrange(4):
        case 0:
            signer["digest_algorithm"] = {"algorithm": chance.choice(("sha1", "sha512", "md5"))}
        case 1:
            info["content"]["version"] = chance.choice(("v3", "v4", "v5"))
        case 2:
            info["content"]["signer_infos"].append(signer.copy())
        case 3:
            more = Certificate.load(authority().certificate.public_bytes(Encoding.DER))
            info["content"]["certificates"].append(cms.CertificateChoices("certificate", more))
    return with_container(pdf, info.dump(force=True))


# A whole correct revision after the seal, which the doctor's own key then signs

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _stream(content, **more):
    named = {generic.pdf_name(f"/{k}"): generic.pdf_name(v) for k, v in more.items()}
    return generic.StreamObject(named, stream_data=content)


def _page(writer):
    return writer.root["/Pages"]["/Kids"][0]


def _paint(writer, chance):
    painting = _stream(b"1 g 0 0 %d 900 re f" % chance.randrange(100, 900))
    page = _page(writer)
    both = [page.raw_get("/Contents"), writer.add_object(painting)]
    page[generic.pdf_name("/Contents")] = generic.ArrayObject(both)
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))


def _title(writer, chance):
    writer.trailer["/Info"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Cleared")})
    )


def _title_in_place(writer, chance):
    info = writer.trailer["/Info"]
    info[generic.pdf_name("/Title")] = generic.pdf_string("Cleared")
    writer.update_container(info)


def _metadata(writer, chance):
    old = writer.root["/Metadata"].data.replace(b"Screening report", b"All is clear  ok")
    writer.root[generic.pdf_name("/Metadata")] = writer.add_object(
        _stream(old, Type="/Metadata", Subtype="/XML")
    )
    writer.update_root()


def _other_object_as_metadata(writer, chance):
    writer.root[generic.pdf_name("/Metadata")] = writer.root.raw_get("/Pages")
    writer.update_root()


def _script(writer, chance):
    action = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.pdf_string("app.alert(1)")}
    writer.root[generic.pdf_name("/OpenAction")] = generic.DictionaryObject(
        {generic.pdf_name(k): v for k, v in action.items()}
    )
    writer.update_root()


def _settings(writer, chance):
    key = chance.choice(("/Extensions", "/MarkInfo", "/Version", "/Lang", "/PageLabels"))
    writer.root[generic.pdf_name(key)] = generic.DictionaryObject()
    writer.update_root()


def _form(writer, chance):
    form = writer.root["/AcroForm"]
    key = chance.choice(("/DA", "/XFA"))  # pyHanko puts the others right as it signs
    form[generic.pdf_name(key)] = generic.pdf_string("x")
    writer.update_container(form)


def _store(writer, chance):
    """A store of proofs that holds something else: BER, a swollen stream, a deep value."""
    content = chance.choice(
        (
            open_lengths(authority().certificate.public_bytes(Encoding.DER)),
            bytes(3_000_000),
            b"\x30\x80" * 20_000,
            chance.randbytes(500),
            authority().certificate.public_bytes(Encoding.DER)[:-1],
        )
    )
    held = _stream(content)
    held.compress()
    key = chance.choice(("/Certs", "/CRLs", "/OCSPs"))
    refs = [writer.add_object(held)] * chance.choice((1, 3, 300))
    writer.root[generic.pdf_name("/DSS")] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name(key): generic.ArrayObject(refs)})
    )
    writer.update_root()


def _orphan(writer, chance):
    writer.add_object(_stream(chance.randbytes(200)))


def _another_field(writer, chance):
    name = "".join(chance.choice(LETTERS) for _ in range(8))
    append_signature_field(writer, SigFieldSpec(name))


def _removed(writer, chance):
    fields = writer.root["/AcroForm"]["/Fields"]
    del fields[0]
    writer.update_container(fields)


def _a_note(writer, chance):
    note = {"/Subtype": "/FreeText", "/Type": "/Annot"}
    made = generic.DictionaryObject(
        {generic.pdf_name(k): generic.pdf_name(v) for k, v in note.items()}
    )
    made[generic.pdf_name("/Contents")] = generic.pdf_string("Cleared for everything")
    page = _page(writer)
    page[generic.pdf_name("/Annots")] = generic.ArrayObject(
        [*page.get("/Annots", []), writer.add_object(made)]
    )
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))


CHANGES = (_paint, _title, _metadata, _other_object_as_metadata, _script, _settings, _form)
CHANGES += (_store, _orphan, _another_field, _removed, _a_note, _title_in_place)


@cache
def for_anybody():
    """A sealed report whose place for a doctor is for whoever comes."""
    return seal_pdf(plain(), seal(), NOW, "Sealed", doctor_field=True)


def changed_after(pdf, change, chance):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer, chance)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def signed_by_hand(pdf, who, field, new=False):
    metadata = PdfSignatureMetadata(
        field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    spec = SigFieldSpec(field) if new else None
    signer = SignerOfThen(metadata, KeySigner(who), stamp_style=AsPrinted(), new_field_spec=spec)
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))).getvalue()


@cache
def clocks_key():
    return rsa.generate_private_key(65537, 2048)


@cache
def clock():
    """A timestamp authority in this process, whose certificate the clinic's own authority gave."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Clock")]))
        .issuer_name(authority().certificate.subject)
        .public_key(clocks_key().public_key())
        .serial_number(77)
        .not_valid_before(NOW)
        .not_valid_after(NOW.replace(year=NOW.year + 5))
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    )
    return builder.sign(authority().key, hashes.SHA256())


class Clock(DummyTimeStamper):
    """Stamps in the form that we accept."""

    def __init__(self):
        key = clocks_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        super().__init__(
            tsa_cert=Certificate.load(clock().public_bytes(Encoding.DER)),
            tsa_key=PrivateKeyInfo.load(key),
            fixed_dt=NOW,
        )

    async def async_timestamp(self, message_digest, md_algorithm):
        token = await super().async_timestamp(message_digest, md_algorithm)
        return cms.ContentInfo.load(normal_token(token.dump()))


def stamped(pdf, field, change=None, chance=None):
    """Return `pdf` with a document timestamp, in a revision that also holds `change`."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if change:
        change(writer, chance)
    return PdfTimeStamper(Clock(), field_name=field).timestamp_pdf(writer, "sha256").getvalue()


@kind
def a_revision_between_seal_and_doctor(chance):
    changed = changed_after(for_anybody(), chance.choice(CHANGES), chance)
    return signed_by_hand(changed, doctor(), "Doctor")


@kind
def a_timestamp_that_changes_more(chance):
    return stamped(alone(), "SealTimestamp", chance.choice(CHANGES), chance)


@kind
def a_timestamp_of_another_name(chance):
    return stamped(signed(), chance.choice(("SealTimestamp", "Archive", "Doctor2")))


@kind
def a_seals_key_in_the_doctors_place(chance):
    return signed_by_hand(for_anybody(), chance.choice((seal, other_seal))(), "Doctor")


@cache
def other_seal():
    return issue_certificate(authority(), "Seal of Borealis", "seal", NOW, "Borealis")


@kind
def a_doctor_who_makes_a_place_for_himself(chance):
    """The seal left none, and a doctor of the clinic adds one with the right name."""

    def place(writer, chance):
        append_signature_field(writer, SigFieldSpec("Doctor"))

    together = chance.random() < 0.5
    pdf = alone() if together else changed_after(alone(), place, chance)
    return signed_by_hand(pdf, doctor(), "Doctor", new=together)


@kind
def a_later_timestamp_that_changes_more(chance):
    return stamped(signed(), "ArchiveTimestamp1", chance.choice(CHANGES), chance)


@kind
def a_doctor_after_the_later_timestamp(chance):
    """Stamped while the doctor's place was empty, and signed afterwards."""
    whole = for_anybody() if chance.random() < 0.5 else stamped(for_anybody(), "SealTimestamp")
    return signed_by_hand(stamped(whole, "ArchiveTimestamp1"), doctor(), "Doctor")


@kind
def later_timestamps_out_of_their_order(chance):
    names = [f"ArchiveTimestamp{number}" for number in range(1, 5)]
    chosen = chance.sample(names, 2)
    if chosen == names[:2]:
        chosen = names[1:3]
    return stamped(stamped(alone(), chosen[0]), chosen[1])


@cache
def _stamped_often(times):
    pdf = alone()
    for number in range(1, times + 1):
        pdf = stamped(pdf, f"ArchiveTimestamp{number}")
    return pdf


@kind
def more_timestamps_than_anyone_follows(chance):
    return _stamped_often(24)


@cache
def seen():
    """A report whose doctor signs in a place that the page prints."""
    use_own_fonts()
    page = (
        "<html lang=en><title>Screening report</title><h1>Report</h1>"
        '<p style="position: relative">Signed: Dr Mai Tr\u1ea7n<a id=doctor-signs'
        ' href="#doctor-signs" style="position: absolute; inset: 0"></a></p>'
    )
    printed = finish_tags(HTML(string=page).write_pdf(pdf_variant="pdf/a-3a"))
    return seal_pdf(printed, seal(), NOW, "Sealed", doctor().certificate)


def _field_of_the_doctor(writer):
    [field] = [ref for name, _, ref in enumerate_sig_fields(writer) if name == "Doctor"]
    writer.mark_update(field)
    return field.get_object()


def _moved(writer, chance):
    field = _field_of_the_doctor(writer)
    box = [generic.FloatObject(chance.randrange(500)) for _ in range(4)]
    field[generic.pdf_name("/Rect")] = generic.ArrayObject(box)


def _painted(writer, chance):
    """Something else is drawn where the page says who signed."""
    drawing = _stream(b"0 0 1 rg 0 0 %d 90 re f" % chance.randrange(90, 900))
    drawing[generic.pdf_name("/Subtype")] = generic.pdf_name("/Form")
    field = _field_of_the_doctor(writer)
    field[generic.pdf_name("/AP")] = generic.DictionaryObject(
        {generic.pdf_name("/N"): writer.add_object(drawing)}
    )


def _other_words(writer, chance):
    tree = writer.root["/StructTreeRoot"]
    tree[generic.pdf_name("/RoleMap")] = generic.DictionaryObject()
    writer.update_container(tree)


def _lock_taken_away(writer, chance):
    field = _field_of_the_doctor(writer)
    del field[chance.choice(("/Lock", "/SV"))]


@kind
def a_place_that_was_changed_before_the_doctor_signed(chance):
    change = chance.choice((_moved, _painted, _other_words, _lock_taken_away))
    return signed_by_hand(changed_after(seen(), change, chance), doctor(), "Doctor")


@kind
def a_place_that_is_painted_over_as_the_doctor_signs(chance):
    """In one revision with the signature, as a program would that stamps its own picture."""
    writer = IncrementalPdfFileWriter(io.BytesIO(seen()))
    chance.choice((_moved, _painted))(writer, chance)
    metadata = PdfSignatureMetadata(
        field_name="Doctor", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    return (
        SignerOfThen(metadata, KeySigner(doctor()), stamp_style=AsPrinted())
        .sign_pdf(writer)
        .getvalue()
    )


@kind
def objects_packed_into_a_bomb_and_signed(chance):
    """A stream of objects that unpacks to a hundred megabytes, sealed by a key that we know."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain())) as document:
        bomb = document.make_stream(zlib.compress(bytes(chance.randrange(60, 120) << 20), 9))
        bomb.Filter = pikepdf.Name.FlateDecode
        files = [document.make_indirect(bomb) for _ in range(chance.randrange(1, 4))]
        document.Root.Bombs = pikepdf.Array(files)
        document.save(written, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return seal_pdf(written.getvalue(), doctor(), NOW, "Sealed")
