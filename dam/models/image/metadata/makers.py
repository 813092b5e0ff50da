"""The names of camera makers, in one way of writing."""

_WRITTEN = {
    "asahi": "Pentax",
    "casio": "Casio",
    "eastman": "Kodak",
    "fuji": "Fujifilm",
    "fujifilm": "Fujifilm",
    "hewlett-packard": "HP",
    "hp": "HP",
    "jvc": "JVC",
    "lg": "LG",
    "lge": "LG",
    "om": "OM System",
    "htc": "HTC",
    "zte": "ZTE",
    "dji": "DJI",
    "tcl": "TCL",
    "hmd": "HMD",
    "gopro": "GoPro",
    "oneplus": "OnePlus",
    "blackberry": "BlackBerry",
    "rim": "BlackBerry",
}
"""Makers whose first word is not just to be capitalized."""

_SMALL = ("vivo", "realme")


def maker(make: str) -> str:
    """Return a maker by the one name it is known by: `NIKON CORPORATION` is Nikon."""
    word = make.split(maxsplit=1)[0].rstrip(",.").lower()
    if word in _WRITTEN:
        return _WRITTEN[word]
    return word if word in _SMALL else word.capitalize()


def full_name(make: str | None, model: str | None) -> str:
    """Return maker and model together, the maker once."""
    if not make or not model:
        return model or maker(make or "unknown")
    name = maker(make)
    words = model.split()
    doubled = {name.lower(), *make.lower().split()} | {word.lower() for word in name.split()}
    while len(words) > 1 and words[0].lower() in doubled:
        words = words[1:]
    return " ".join([name, *words])
