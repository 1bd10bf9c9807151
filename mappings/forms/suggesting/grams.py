"""How alike two spellings are: character 1- to 3-grams, weighed by how rare they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import log, sqrt

_WEIGHT = {1: 0.5, 2: 1.0, 3: 1.0}


class Grams:
    """TF-IDF over character n-grams of the texts that it is made of."""

    def __init__(self, texts: Iterable[str]) -> None:
        seen: Counter[str] = Counter()
        count = 0
        for text in set(texts):
            seen.update(set(_grams(text)))
            count += 1
        self._top = log(1 + count)
        self._weight = {gram: log(1 + count / (1 + times)) for gram, times in seen.items()}
        self._vectors: dict[str, tuple[dict[str, float], float]] = {}

    def alike(self, one: str, other: str) -> float:
        """Cosine of the two, 0 to 1; 1 for equal texts, 0 where one is empty."""
        if one == other:
            return 1.0
        first, first_length = self._vector(one)
        second, second_length = self._vector(other)
        if not first_length or not second_length:
            return 0.0
        common = sum(weight * second.get(gram, 0.0) for gram, weight in first.items())
        return min(common / (first_length * second_length), 0.999)

    def _vector(self, text: str) -> tuple[dict[str, float], float]:
        if text not in self._vectors:
            vector = {
                gram: times * self._weight.get(gram, self._top) * _WEIGHT[len(gram)]
                for gram, times in Counter(_grams(text)).items()
            }
            length = sqrt(sum(weight * weight for weight in vector.values()))
            self._vectors[text] = vector, length
        return self._vectors[text]


def _grams(text: str) -> list[str]:
    return [text[at : at + n] for n in _WEIGHT for at in range(len(text) - n + 1)]
