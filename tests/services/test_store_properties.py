"""What holds for any bytes, however they are cut."""

import hashlib
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.services.file_storage import Store, create_store
from dam.testing import fetch, put


@pytest.fixture(scope="module", params=["file", "memory"])
def lasting_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for all examples: none may disturb another."""
    folder = tmp_path_factory.mktemp("stores")
    url = str(folder / "store") if request.param == "file" else f"memory:{uuid.uuid4()}"
    return create_store(url, str(uuid.uuid4()))


@given(chunks=st.lists(st.binary(max_size=100)))
def test_any_bytes_come_back_under_their_digest(lasting_store: Store, chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    published = put(lasting_store, chunks)
    assert published.digests.sha256 == hashlib.sha256(whole).digest()
    assert lasting_store.size(published.digests.sha256) == len(whole)
    assert fetch(lasting_store, published.digests.sha256) == whole
    assert not put(lasting_store, [whole]).created


@given(group=st.lists(st.binary(max_size=3), max_size=12))
def test_a_group_may_hold_anything_any_number_of_times(lasting_store: Store, group: list[bytes]) -> None:
    published = lasting_store.publish([lasting_store.stage([data]) for data in group])
    assert [one.digests.sha256 for one in published] == [hashlib.sha256(data).digest() for data in group]
    created = [one.digests.sha256 for one in published if one.created]
    assert len(set(created)) == len(created)
    assert [fetch(lasting_store, one.digests.sha256) for one in published] == group


@given(contents=st.sets(st.binary(min_size=1, max_size=40), min_size=1, max_size=8))
def test_a_local_store_holds_each_content_once_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, contents: set[bytes]
) -> None:
    root = tmp_path_factory.mktemp("fresh") / "store"
    store = create_store(str(root), str(uuid.uuid4()))
    for data in [*contents, *contents]:
        put(store, [data])
    names = sorted(path.name for path in Path(root, "objects").rglob("*") if path.is_file())
    assert names == sorted(hashlib.sha256(data).hexdigest() for data in contents)
    assert list(Path(root, "tmp").glob("*/*")) == []
