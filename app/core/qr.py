"""QR codes as SVG of the portal's own making: the same text is the same picture."""

from itertools import groupby

BORDER = 4  # modules of white around it, as ISO/IEC 18004 asks for


def svg(text: str) -> str:
    """A QR code of a text, of which a seventh may be soiled; dark modules are runs of one path, in black."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=BORDER)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(_runs(row, y) for y, row in enumerate(rows))
    side = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path d="{path}" fill="#000"/></svg>'
    )


def _runs(row: list[bool], y: int) -> str:
    path, x = "", 0
    for is_dark, run in groupby(row):
        length = len(list(run))
        if is_dark:
            path += f"M{x} {y}h{length}v1h-{length}z"
        x += length
    return path
