"""What tests of hosts and plugins may import; needs the extra `testing`.

`builders` make valid things, `strategies` make any of them, `story` tells what happens, `laws`
says what must hold whatever happens, and `contracts` are suites for adapters.
"""

import pytest

pytest.register_assert_rewrite(
    "omscore.testing.contracts", "omscore.testing.laws", "omscore.testing.story"
)
