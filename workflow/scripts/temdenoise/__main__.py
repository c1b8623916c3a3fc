"""What does python -m temdenoise do? The same as the command."""

import sys

from temdenoise.cli import main

sys.exit(main())
