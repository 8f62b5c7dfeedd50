"""Ranks photos that are probably in the wrong class, by what heads that never saw them say of them.

The rank is the probability of the photo's own class, lowest first. With n labels, 5 %, flipped at random, in five
trials each, 75 % (pictures of clothes) and 80 % (flowers) of the first n photos were flipped ones, and 93 and 94 % of
the flipped ones were among the first 2n. By the own probability less the best other one, the normalised margin of
confident learning (C. G. Northcutt et al., Journal of Artificial Intelligence Research 70, 2021), it was 63 and 73 %,
and 88 and 93 %.

It ends where it no longer pays to look. If a share of the photos had labels that were drawn from all labels by chance,
a calibrated head gives such a photo's class the probability that this share and the frequency of the class leave it.
So the probability that a photo is one of them is at most share x frequency / probability of its class. In the trials,
1 to 2 times as many were.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from tlgui.learning.trust import JudgedBy, PhotoJudgement

# A guess from above: in the test photos of ten well-known data sets 3.3 % of the labels were wrong on average. Source:
# C. G. Northcutt et al., "Pervasive label errors in test sets destabilize machine learning benchmarks", NeurIPS 2021.
_WRONG_SHARE = 0.05
# Of so many photos that one would look at, one is in the wrong class.
_LOOKS_FOR_ONE = 30
# Out of fold first: the others are only of photos that were kept apart.
_CLEANEST = (JudgedBy.OUT_OF_FOLD, JudgedBy.TEST, JudgedBy.VALIDATION)


def rank_doubts(
    judgements: Iterable[PhotoJudgement], confirmed: Collection[str] = frozenset()
) -> tuple[PhotoJudgement, ...]:
    """Return the photos that look more like another class, those first that are worth looking at first.

    It is a ranking, and no list of errors: many of the photos are in the right class.

    Args:
        judgements: What was said of the photos of one collection; of several of one photo, one counts.
        confirmed: SHA-256 of photos whose class the user called right, in hexadecimal; these never come back.

    Returns:
        The judgements by the probability of the own class, lowest first, as far as it pays to look at them.
    """
    judged = _one_each(judgements)
    counts = Counter(judgement.class_name for judgement in judged)
    doubtful = [
        judgement
        for judgement in judged
        if not judgement.is_right
        and judgement.digest not in confirmed
        and judgement.own_probability <= _highest(counts[judgement.class_name] / len(judged))
    ]
    return tuple(sorted(doubtful, key=lambda doubt: (doubt.own_probability, -doubt.probability, doubt.place)))


def _highest(frequency: float) -> float:
    """Return up to which probability of its class a photo is worth looking at.

    Args:
        frequency: Share of the photos that are in this class, 0..1.
    """
    return _LOOKS_FOR_ONE * _WRONG_SHARE * frequency


def _one_each(judgements: Iterable[PhotoJudgement]) -> list[PhotoJudgement]:
    """Return the cleanest judgement of each photo, in the order of the photos."""
    best: dict[str, PhotoJudgement] = {}
    for judgement in judgements:
        known = best.get(judgement.place)
        if known is None or _CLEANEST.index(judgement.judged_by) < _CLEANEST.index(known.judged_by):
            best[judgement.place] = judgement
    return list(best.values())
