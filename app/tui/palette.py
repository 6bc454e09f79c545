"""The colours that tell variants apart, in charts, bars and tables alike. Labels and markers do too."""

VARIANTS = ((97, 214, 214), (255, 166, 87), (126, 211, 33), (214, 120, 230), (240, 230, 110))


def rgb(index: int) -> tuple[int, int, int]:
    """The colour of the variant in this place."""
    return VARIANTS[index % len(VARIANTS)]


def faint(index: int) -> tuple[int, int, int]:
    """The same, for what stands behind."""
    red, green, blue = rgb(index)
    return red // 2, green // 2, blue // 2


def rich(index: int) -> str:
    """The same, as Rich writes it."""
    return "rgb({},{},{})".format(*rgb(index))
