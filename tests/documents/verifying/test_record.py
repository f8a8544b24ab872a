"""A record is opened in bounded memory, whatever it unpacks to."""

import io
import tracemalloc
import zlib

import pikepdf

from screening.documents.verifying.record import LONGEST, read_record


def with_record(packed, **more):
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments["record.json"] = pikepdf.AttachedFileSpec(document, b"{}")
    stream = document.attachments["record.json"].get_file().obj
    stream.write(packed, filter=more.get("filter"))
    written = io.BytesIO()
    document.save(
        written, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False
    )
    return written.getvalue()


def test_a_record_is_read_packed_and_unpacked():
    told = b'{"case": 1}'
    assert read_record(with_record(told)) == {"case": 1}
    flate = pikepdf.Name.FlateDecode
    assert read_record(with_record(zlib.compress(told), filter=flate)) == {"case": 1}


def test_a_record_that_unpacks_to_a_gigabyte_is_not_unpacked():
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    pdf = with_record(packed, filter=pikepdf.Name.FlateDecode)
    tracemalloc.start()
    try:
        assert read_record(pdf) is None
        assert tracemalloc.get_traced_memory()[1] < 4 * LONGEST
    finally:
        tracemalloc.stop()


def test_what_is_packed_in_other_ways_is_not_read():
    twice = zlib.compress(zlib.compress(b"{}"))
    both = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    assert read_record(with_record(twice, filter=both)) is None
    assert read_record(b"no PDF") is None
