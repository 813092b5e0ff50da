"""Fingerprints as fpcalc prints them."""

import base64

import numpy as np

from dam.models.chromaprint import Words


def read_fpcalc(text: str) -> tuple[int, Words]:
    """Return the algorithm's number, counted from 0, and the words of a compressed fingerprint.

    Each word is told by which bits differ from the word before: the distances from bit to bit in three
    bits each, 0 for the end of a word, and what is beyond 6 in five bits each behind all those.
    """
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    count = int.from_bytes(data[1:4], "big")
    bits = int.from_bytes(data[4:], "little")
    steps: list[int] = []
    at = 0
    while steps.count(0) < count:
        steps.append(bits >> at & 7)
        at += 3
    at = -(-at // 8) * 8
    for number, step in enumerate(steps):
        if step == 7:
            steps[number] += bits >> at & 31
            at += 5
    words, bit, word = [], 0, 0
    for step in steps:
        bit += step
        word ^= 1 << (bit - 1) if step else 0
        if step == 0:
            words.append(word)
            bit = 0
    return data[0], np.array(words, dtype=np.uint32)
