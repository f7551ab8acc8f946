"""The part of Inter that pages need: bin/subset_font.py ORIGINAL SUBSET

ORIGINAL is inter-latin-wght-normal.woff2 of @fontsource-variable/inter. Characters of the unicode-range in
static/css/tokens.css, figures of equal width, weights from 400 to 700: 28 kB instead of 48.
"""

import sys
from io import BytesIO
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

WEIGHTS: Final = (400, 700)
FEATURES: Final = ("kern", "mark", "mkmk", "ccmp", "locl", "calt", "tnum")
CHARACTERS: Final = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x131, 0x152, 0x153, 0x2BB, 0x2BC, 0x2C6, 0x2DA, 0x2DC, 0x304, 0x308, 0x329),
    *range(0x2000, 0x2070),
    *(0x20AC, 0x2122, 0x2191, 0x2193, 0x2212, 0x2215),
)


def main(original: str, subset: str) -> None:
    # The same bytes from the same original: the time of writing stays out of the file.
    font = TTFont(original, recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=list(FEATURES), hinting=False, notdef_outline=True))
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    # The instancer reads glyphs by their names: it needs the font as written.
    font.flavor = None
    font.save(written := BytesIO())
    lighter = instantiateVariableFont(TTFont(written, recalcTimestamp=False), {"wght": WEIGHTS})
    lighter.flavor = "woff2"
    lighter.save(subset)


if __name__ == "__main__":
    main(*sys.argv[1:])
