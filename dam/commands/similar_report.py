"""What `find-similar-images` says of every image that it was asked for."""

from typing import Any

from dam.commands.output import asset_fields, one_line, path_fields, print_json, print_line, talk
from dam.commands.uncompared_lines import uncompared_lines
from dam.core.path_text import show_path
from dam.errors import DamError
from dam.library import Library
from dam.models.asset import Asset
from dam.search.comparison import SimilarImage, Thresholds
from dam.search.similar_images import SimilarImages

_EVIDENCE = {
    True: "  (weak: PDQ disagrees)",
    None: "  (unconfirmed: PDQ cannot tell)",
    False: "",
}


class SimilarReport:
    """Prints the answers as they are told, and knows the exit code for all of them."""

    def __init__(
        self, library: Library, thresholds: Thresholds, *, as_json: bool, labelled: bool, rotated: bool
    ) -> None:
        self._library = library
        self._by_pdq = thresholds.pdq is not None
        self._as_json = as_json
        self._labelled = labelled
        self._rotated = rotated
        self._asked = self._matched = self._refused = 0
        self._has_told_uncompared = False

    @property
    def exit_code(self) -> int:
        """Give the code for everything told so far."""
        if self._refused:
            return 3
        return 1 if self._asked and not self._matched else 0

    def tell(self, image: bytes | int, answer: SimilarImages) -> None:
        """Print what resembles an image."""
        self._asked += 1
        self._matched += bool(answer.matches)
        self._remark(image, answer)
        if self._labelled and answer.matches and not self._as_json:
            print_line(_name(image))
        assets = self._library.assets([match.entity for match in answer.matches])
        for match, asset in zip(answer.matches, assets, strict=True):
            if self._as_json:
                print_json({**_fields(match, asset), "query": _query(image)})
            else:
                print_line(self._line(match, asset))

    def refuse(self, error: DamError) -> None:
        """Say why an image could not be asked for."""
        self._refused += 1
        talk(f"dam-cli: {error.message}")
        if error.hint:
            talk(f"hint: {error.hint}")

    def _remark(self, image: bytes | int, answer: SimilarImages) -> None:
        """Say what the answer leaves out."""
        of = f": {_name(image)}" if self._labelled else ""
        if not self._has_told_uncompared:
            # The same for all that are asked about.
            self._has_told_uncompared = True
            for line in uncompared_lines(
                answer.uncompared, answer.undecodable, without_pdq=answer.without_pdq
            ):
                talk(line)
        if answer.unusable >= {"phash", "dhash", "ahash"}:
            talk(f"too plain to be compared by pHash, dHash or aHash{of}")
        if self._by_pdq and "pdq" in answer.unusable:
            talk(f"too small or too plain to be compared by PDQ{of}")
        if not answer.matches:
            talk(f"nothing similar found{of}")
        if left := answer.found - len(answer.matches):
            talk(f"{left} more beyond the limit{of}")

    def _line(self, match: SimilarImage, asset: Asset) -> str:
        cells = [
            f"{name} {'-' if bits is None else bits:>3}{'*' if name in match.matched else ' '}"
            for name, bits in _distances(match).items()
        ]
        if self._rotated:
            cells.append(f"{match.orientation.value:<11}")
        indent = "  " if self._labelled else ""
        return f"{indent}{'  '.join([*cells, one_line(asset)])}{_EVIDENCE[match.weak]}"


def _fields(match: SimilarImage, asset: Asset) -> dict[str, Any]:
    """Return what JSON says of a match."""
    return {
        **asset_fields(asset),
        "distances": _distances(match),
        "matched": list(match.matched),
        "weak": match.weak,
        "orientation": match.orientation.value,
    }


def _distances(match: SimilarImage) -> dict[str, int | None]:
    return {"phash": match.phash, "ahash": match.ahash, "dhash": match.dhash, "pdq": match.pdq}


def _name(image: bytes | int) -> str:
    return show_path(image) if isinstance(image, bytes) else f"entity {image}"


def _query(image: bytes | int) -> dict[str, Any]:
    return path_fields(image) if isinstance(image, bytes) else {"entity": image}
