"""How files that are named by their digest are spread over folders."""


def fan_out(sha256: bytes) -> tuple[str, str]:
    """Return the names of the two levels of folders, at most 256 folders in each."""
    name = sha256.hex()
    return name[:2], name[2:4]
