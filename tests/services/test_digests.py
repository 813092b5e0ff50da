import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.services.digests import Digests, digest_chunks


@given(st.lists(st.binary(max_size=300)))
def test_the_digests_do_not_depend_on_where_the_bytes_were_cut(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    assert digest_chunks(chunks) == Digests(
        sha256=hashlib.sha256(whole).digest(),
        md5=hashlib.md5(whole, usedforsecurity=False).digest(),
        size=len(whole),
    )


def test_what_the_source_raises_passes_through() -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x"
        raise OSError("as it is")

    with pytest.raises(OSError, match="as it is"):
        digest_chunks(breaking())
