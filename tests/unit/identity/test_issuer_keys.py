"""The issuer's keys: kept in private, published ahead, withdrawn last."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from entrypoints.local.errors import LocalError
from entrypoints.local.issuer_keys import (
    KEY_FILE,
    MAX_TOKEN_SECONDS,
    PUBLIC_MEMBERS,
    KeyFolder,
    KeyRing,
    Rotation,
    SigningKey,
    rotated,
)

DAY = Rotation(every_seconds=86_400, cache_seconds=300)


def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "issuer", DAY)


def ring_of(*active_from: float) -> KeyRing:
    jwk = next(key.jwk for key in rotated((), DAY, 0) if key.algorithm == "ES256")
    return KeyRing(tuple(SigningKey("ES256", moment, jwk) for moment in active_from))


def es256(keys: tuple[SigningKey, ...]) -> list[float]:
    return [key.active_from for key in keys if key.algorithm == "ES256"]


def test_first_load_makes_one_key_for_each_algorithm(tmp_path: Path) -> None:
    ring = folder(tmp_path).load(1_000)
    assert sorted(key.algorithm for key in ring.keys) == sorted(PUBLIC_MEMBERS)
    assert {key.active_from for key in ring.keys} == {1_000}


def test_next_load_gives_the_same_keys(tmp_path: Path) -> None:
    first, second = folder(tmp_path).load(1_000), folder(tmp_path).load(2_000)
    assert first.document() == second.document()


def test_many_loads_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: folder(tmp_path).load(1_000), range(8)))
    assert len({ring.document() for ring in rings}) == 1


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    keys = folder(tmp_path)
    keys.load(1_000)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (keys.path, *keys.path.iterdir())}
    assert modes == {"issuer": 0o700, KEY_FILE: 0o600, f"{KEY_FILE}.lock": 0o600}


def test_broken_file_is_named_in_the_error(tmp_path: Path) -> None:
    keys = folder(tmp_path)
    keys.path.mkdir()
    for text in ("", "[1]", '[{"algorithm": "ES256", "active_from": 1, "jwk": {"kty": "EC"}}]'):
        (keys.path / KEY_FILE).write_text(text)
        with pytest.raises(LocalError, match=KEY_FILE):
            keys.load(1_000)


def test_left_over_draft_is_no_hindrance(tmp_path: Path) -> None:
    keys = folder(tmp_path)
    keys.path.mkdir()
    (keys.path / f"{KEY_FILE}.new").write_text("half of a fi")
    keys.load(1_000)
    assert not (keys.path / f"{KEY_FILE}.new").exists()


def test_document_has_no_private_member() -> None:
    (published,) = json.loads(ring_of(0).document())["keys"]
    assert set(published) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_key_id_is_the_thumbprint_of_the_key() -> None:
    ring = ring_of(0)
    (published,) = json.loads(ring.document())["keys"]
    assert published["kid"] == ring.keys[0].private().thumbprint()


def test_next_key_is_published_two_cache_times_before_it_signs() -> None:
    first = rotated((), DAY, 0)
    assert es256(rotated(first, DAY, 86_400 - 601)) == [0]
    assert es256(rotated(first, DAY, 86_400 - 600)) == [0, 86_400]


def test_rotation_that_is_due_happens_once() -> None:
    keys = rotated((), DAY, 0)
    for now in range(85_800, 86_400, 60):
        keys = rotated(keys, DAY, now)
    assert es256(keys) == [0, 86_400]


def test_rotation_after_a_long_stop_is_published_ahead_too() -> None:
    first = rotated((), DAY, 0)
    assert es256(rotated(first, DAY, 1_000_000)) == [0, 1_000_600]


def test_replaced_key_stays_until_its_last_token_has_expired() -> None:
    keys = ring_of(0, 1_000).keys
    slow = Rotation(every_seconds=10_000_000, cache_seconds=300)
    assert es256(rotated(keys, slow, 1_000 + MAX_TOKEN_SECONDS + 59)) == [0, 1_000]
    assert es256(rotated(keys, slow, 1_000 + MAX_TOKEN_SECONDS + 60)) == [1_000]


def test_newest_key_that_has_begun_signs() -> None:
    ring = ring_of(100, 200, 300)
    for now, active_from in ((50, 100), (100, 100), (199, 100), (200, 200), (1_000, 300)):
        assert ring.signing_key("ES256", now).active_from == active_from


def test_ring_without_the_algorithm_says_so() -> None:
    with pytest.raises(KeyError, match="EdDSA"):
        ring_of(0).signing_key("EdDSA", 0)
