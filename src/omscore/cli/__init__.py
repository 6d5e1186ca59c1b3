"""The command line: `omscore replay`, `explain`, `audit`, `policy`, `backtest` and `feed`.

What goes wrong outside is one line on the standard error stream, and an exit status (see `status`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from omscore.cli import status
from omscore.cli.arguments import parser

EXTRA = "pip install 'omscore[cli]'"
NEEDED = ("rich", "sqlalchemy")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what *argv* says (the arguments of this process, if it is not given)."""
    given = parser().parse_args(argv)
    try:
        from omscore.cli import commands

        return commands.run(given)
    except ModuleNotFoundError as missing:
        name = (missing.name or "").partition(".")[0]
        if name not in NEEDED:
            raise
        return status.told(f"{name} is not installed; mend it with: {EXTRA}")


if __name__ == "__main__":
    sys.exit(main())
