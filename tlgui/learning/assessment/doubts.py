"""Ranks photos that are probably in the wrong class, by what heads that never saw them say of them.

The rank is the probability of the photo's own class, lowest first. With n labels, 5 %, flipped at random, in five
trials each, 75 % (pictures of clothes) and 80 % (flowers) of the first n photos were flipped ones, and 93 and 94 % of
the flipped ones were among the first 2n. By the own probability less the best other one, the normalised margin of
confident learning (C. G. Northcutt et al., Journal of Artificial Intelligence Research 70, 2021), it was 63 and 73 %,
and 88 and 93 %.

It ends where it no longer pays to look: at a photo that came into its class by chance with a probability of less than
1 in 20, see `label_noise`. With 2,000 clean photos (flowers), 900 (pictures of clothes) and 995 (cats, of which a third
are named wrongly), 1.7, 1.9 and 2.6 % of the photos are in the list; with 5 % flipped, 11.6, 11.3 and 23.5 %, and in
them 96, 95 and 78 % of the flipped ones.

Judgements of earlier versions lack that probability. There it is told from above: if 5 % of the photos had labels that
were drawn by chance, a calibrated head would give such a photo's class the probability that this share and the
frequency of the class leave it. So the probability that a photo is one of them is at most share x frequency /
probability of its class. On clean photos 7 to 27 % of them are in that list.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from tlgui.learning.trust import JudgedBy, PhotoJudgement

# A guess from above: in the test photos of ten well-known data sets 3.3 % of the labels were wrong on average. Source:
# C. G. Northcutt et al., "Pervasive label errors in test sets destabilize machine learning benchmarks", NeurIPS 2021.
_WRONG_SHARE = 0.05
# Of so many photos that one would look at, one is in the wrong class.
_LOOKS_FOR_ONE, _LOOKS_FOR_ONE_BEFORE = 20, 30
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
        and _is_worth_looking(judgement, counts[judgement.class_name] / len(judged))
    ]
    return tuple(sorted(doubtful, key=lambda doubt: (doubt.own_probability, -doubt.probability, doubt.place)))


def _is_worth_looking(judgement: PhotoJudgement, frequency: float) -> bool:
    """Return whether a photo is wrong often enough.

    Args:
        judgement: What was said of it.
        frequency: Share of the photos that are in its class, 0..1.
    """
    if judgement.mislabelled is not None:
        return judgement.mislabelled >= 1 / _LOOKS_FOR_ONE
    return judgement.own_probability <= _LOOKS_FOR_ONE_BEFORE * _WRONG_SHARE * frequency


def _one_each(judgements: Iterable[PhotoJudgement]) -> list[PhotoJudgement]:
    """Return the cleanest judgement of each photo, in the order of the photos."""
    best: dict[str, PhotoJudgement] = {}
    for judgement in judgements:
        known = best.get(judgement.place)
        if known is None or _CLEANEST.index(judgement.judged_by) < _CLEANEST.index(known.judged_by):
            best[judgement.place] = judgement
    return list(best.values())
