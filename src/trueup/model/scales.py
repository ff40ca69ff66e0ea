"""What is declared of a scale of scores. Knows no conversion."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scale:
    """One version of a scale. `digits` is None where no rounding is declared.

    A scale of words (A to F, pass and fail) has `labels`: each word, folded, with its place on 0-100, which
    then is the score that a word stands for.
    """

    scale: str
    version: str
    low: float | None
    high: float | None
    step: float | None = None
    points: tuple[tuple[float, float], ...] = field(default_factory=tuple)
    rounding: str = ""
    digits: int | None = None
    labels: tuple[tuple[str, float], ...] = field(default_factory=tuple)

    @property
    def reads_as_canonical(self) -> bool:
        """Whether a score on it is already 0-100."""
        return not self.points and self.low == 0 and self.high == 100

    @property
    def converts(self) -> bool:
        """Whether the matrix gives anything for it."""
        return bool(self.points) or (self.low is not None and self.high is not None and self.high > self.low)
