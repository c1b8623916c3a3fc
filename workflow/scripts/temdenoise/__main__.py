"""What does python -m temdenoise do? The same as the command."""

from temdenoise.cli import command

command()
