"""Small files of the right kind for the demo city: a page of PDF, a coloured picture."""

import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile


def pdf(title: str, text: str) -> SimpleUploadedFile:
    """A one-page PDF with a line of ASCII text, named after its title."""
    stream = f"BT /F1 18 Tf 60 760 Td ({text}) Tj ET".encode("ascii", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return SimpleUploadedFile(f"{title}.pdf", bytes(body), content_type="application/pdf")


def picture(title: str, shade: int) -> SimpleUploadedFile:
    """A small PNG of one colour; each shade is another file."""
    width = height = 48
    red, green, blue = shade * 37 % 256, shade * 91 % 256, shade // 256 % 256
    row = b"\x00" + bytes((red, green, blue)) * width
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return SimpleUploadedFile(f"{title}.png", content, content_type="image/png")
