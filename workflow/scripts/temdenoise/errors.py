"""Errors that a user can mend: one line that says what, what was got, what to do."""


class InputError(ValueError):
    """A file or value that the workflow was given is not what it must be."""


class EngineError(RuntimeError):
    """A DFT engine ended without a density that can be trusted."""


class StorageError(OSError):
    """An output could not be written; nothing was left under its final name."""
