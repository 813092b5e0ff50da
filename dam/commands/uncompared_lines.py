"""What people hear of pictures that were not compared with others, whichever command it is."""

from collections.abc import Iterator

from dam.commands.output import counted


def uncompared_lines(
    unhashed: int, undecodable: int, *, plain: int = 0, without_pdq: int = 0
) -> Iterator[str]:
    """Yield a line for each reason for which there are such pictures."""
    if plain:
        yield f"{counted(plain, 'image is', 'images are')} too small or too plain and {_were_not(plain)}"
    if unhashed:
        images = counted(unhashed, "image has", "images have")
        yield f"{images} no current hashes yet and {_were_not(unhashed)}: see dam-cli status"
    if without_pdq:
        images = counted(without_pdq, "image has", "images have")
        yield f"{images} no current PDQ yet and {_were_not(without_pdq)} by it: see dam-cli status"
    if undecodable:
        images = counted(undecodable, "image", "images")
        yield f"{images} cannot be decoded and {_were_not(undecodable)}: see dam-cli status --failed"


def _were_not(count: int) -> str:
    return f"{'was' if count == 1 else 'were'} not compared"
