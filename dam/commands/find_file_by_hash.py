"""`dam-cli find-file-by-hash`: find a file by its SHA-256 or MD5."""

import os
from enum import StrEnum
from typing import Annotated

import typer

from dam.commands import AsJson, command_app

app = command_app()


class HashType(StrEnum):
    """The digests that files can be found by."""

    SHA256 = "sha256"
    MD5 = "md5"


@app.command()  # type: ignore[untyped-decorator]
def find_file_by_hash(
    digest: Annotated[
        str | None, typer.Argument(metavar="[HASH]", help="Hex digits, of either case.")
    ] = None,
    hash_type: Annotated[HashType, typer.Option("--hash-type", help="What HASH is.")] = HashType.SHA256,
    file: Annotated[str | None, typer.Option("--file", "-f", metavar="PATH", help="Hash this file.")] = None,
    as_json: AsJson = False,
) -> int:
    """Find a file by its SHA-256 or MD5.

    Give the hash, or a file to take the hash of, or both if they agree. Exit code 1 means that the
    library does not have it.
    """
    from dam.commands.output import asset_fields, asset_lines, print_json, print_line, talk
    from dam.commands.session import open_library

    wanted = _wanted(digest, hash_type, file)
    with open_library() as library:
        found = library.find_by_digest(**{hash_type.value: wanted})
        if not found:
            talk(f"not found: {hash_type.value} {wanted.hex()}")
            return 1
        for asset in library.assets(found):
            if as_json:
                print_json(asset_fields(asset))
                continue
            for line in asset_lines(asset):
                print_line(line)
    return 0


def _wanted(digest: str | None, hash_type: HashType, file: str | None) -> bytes:
    """Return the digest to look for; raises UsageError if there is none or two that differ."""
    from dam.commands.digest_argument import parse_digest
    from dam.core.path_text import show_path
    from dam.errors import UsageError

    if digest is None and file is None:
        raise UsageError("nothing to find: neither a hash nor a file was given", hint="give HASH, or -f PATH")
    given = None if digest is None else parse_digest(digest, hash_type.value)
    if file is None:
        return given or b""
    actual = _digest_of(file, hash_type)
    if given is not None and given != actual:
        name = show_path(os.fsencode(file))
        raise UsageError(f"hash and file disagree: {name}: its {hash_type.value} is {actual.hex()}")
    return actual


def _digest_of(file: str, hash_type: HashType) -> bytes:
    from dam.errors import SourceError, UsageError
    from dam.services.source_file import digest_file

    try:
        digests = digest_file(os.fsencode(os.path.realpath(file) if file else file))
    except SourceError as error:
        raise UsageError(error.message, hint=error.hint) from None
    return digests.sha256 if hash_type is HashType.SHA256 else digests.md5
