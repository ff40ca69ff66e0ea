"""The words by which sources say "no time". Knows no numbers: zeros are judged by value (`civil`)."""

from trueup.instants.folding import fold
from trueup.instants.layout import Layout, unsettled
from trueup.model.instants import Unsettled

_WORDS = {
    "-", "--", "---", "null", "(null)", "none", "nil", "n/a", "na", "nan", "nat", "<na>", "undefined",
    # Moodle, string "never" (core/moodle.php) in its language packs
    "never", "nie", "nunca", "jamais", "mai", "nooit", "nigdy", "aldrig", "aldri", "ei koskaan", "nikdy", "asla",
    "hicbir zaman", "なし", "从未", "從未", "从不", "없음", "ابدا", "никогда", "ніколи", "soha", "niciodată", "ποτέ",
}  # fmt: skip
NEVER = frozenset(fold(word) for word in _WORDS)


def never(shape: str) -> Layout | None:
    """The layout of "never" where the text is one of those words."""
    return unsettled(Unsettled.NEVER, "never") if shape in NEVER else None
