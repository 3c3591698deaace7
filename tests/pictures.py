"""Pictures as cameras and programs write them, with what they say of whoever took them."""

import io

from PIL import Image, PngImagePlugin

PLACE = b"Kyiv, 50.45 N"
LEFT = 8  # the camera was held on its side


def exif(turned: int = LEFT) -> Image.Exif:
    """What a telephone writes: how it was held, which one it is, where it was."""
    told = Image.Exif()
    told[0x0112], told[0x010F], told[0x0131] = turned, "Telephone", PLACE.decode()
    told.get_ifd(0x8825)[2] = (50.0, 27.0, 0.0)
    return told


def image(colour: tuple[int, int, int] = (200, 120, 40)) -> Image.Image:
    """A small picture with something to see."""
    made = Image.new("RGB", (48, 32), colour)
    made.putpixel((3, 5), (10, 20, 30))
    return made


def picture(kind: str, *, turned: int = LEFT, **more: object) -> bytes:
    """A picture as JPEG, PNG or WebP with everything that can be written into it, and a colour profile."""
    octets = io.BytesIO()
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", PLACE.decode())
        texts.add_itxt("XML:com.adobe.xmp", PLACE.decode())
        more = {"pnginfo": texts, **more}
    else:
        more = {"xmp": PLACE, **({"comment": PLACE} if kind == "JPEG" else {}), **more}
    image().save(octets, kind, exif=exif(turned), icc_profile=b"a profile", **more)
    return octets.getvalue()


def plain_png(colour: int = 0) -> bytes:
    """A picture with nothing around it; each colour is another file."""
    octets = io.BytesIO()
    Image.new("RGB", (4, 4), (colour, 0, 0)).save(octets, "PNG")
    return octets.getvalue()
