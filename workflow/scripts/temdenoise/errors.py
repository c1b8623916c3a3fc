"""What went wrong that a user can mend? One line: what was wrong, what was got, what to do."""

from typing import Any


class InputError(ValueError):
    """A file or value that the workflow was given is not what it must be."""


class DamagedError(InputError):
    """A file that the workflow wrote is no longer what it was."""


class EngineError(RuntimeError):
    """A DFT engine ended without a density that can be trusted."""


class NotConverged(EngineError):
    """An SCF that was given all its attempts; `attempts` records them."""

    def __init__(self, message: str, attempts: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.attempts = attempts


class StorageError(OSError):
    """An output could not be written; nothing was left under its final name."""
