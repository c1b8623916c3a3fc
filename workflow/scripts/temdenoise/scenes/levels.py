"""At which levels of which noise is trust measured? Named, in units of an atom's height."""

from dataclasses import dataclass

GAUSSIAN, COUNTS, CORRELATED = "Gaussian", "counts", "correlated"
PAPER = ("G", "SP", "GSP", "BBG")


@dataclass(frozen=True)
class Level:
    """A kind of noise and how much: C in atoms' heights, or electrons per pixel."""

    kind: str
    amount: float

    @property
    def name(self) -> str:
        """Return kind and amount, such as "Gaussian 0.2"."""
        return f"{self.kind} {self.amount:g}"

    @property
    def paper(self) -> str:
        """Return which of the paper's noises is most like it."""
        return self.kind if self.kind in PAPER else "G"


LEVELS = (
    *(Level(GAUSSIAN, amount) for amount in (0.1, 0.2, 0.3, 0.5)),
    *(Level(COUNTS, amount) for amount in (50, 10, 5, 2)),
    Level(CORRELATED, 0.2),
    *(Level(name, amount) for name in PAPER for amount in (0.2, 0.3)),
)
