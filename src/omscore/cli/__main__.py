"""`python -m omscore.cli` is `omscore`."""

import sys

from omscore.cli import main

sys.exit(main())
