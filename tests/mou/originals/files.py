"""Files as they come signed from elsewhere, for tests."""

import zipfile
from io import BytesIO

from pypdf import PdfWriter


def pdf() -> bytes:
    """A PDF of one empty page."""
    made, writer = BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(made)
    return made.getvalue()


def archive(*names: str, mimetype: str | None = "application/vnd.etsi.asic-e+zip") -> bytes:
    """A ZIP archive with empty files, and what kind it says it is."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        if mimetype is not None:
            packed.writestr("mimetype", mimetype)
        for name in names:
            packed.writestr(name, "x")
    return made.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
P7S = bytes.fromhex("3082010006092a864886f70d010702a0820010") + b"\0" * 60
ASIC = archive("agreement.pdf", "META-INF/signatures001.xml")
