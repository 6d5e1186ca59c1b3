"""`omscore explain` of a quote."""

import json
from pathlib import Path

import pytest

from omscore.adapters.clocks import FixedClock
from omscore.cli import main
from omscore.oms import Oms
from omscore.testing.builders import a_node, a_quote, an_item, received


def test_explain_tells_a_quote_if_no_order_is_named_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text and as data; who is neither is refused."""
    file = tmp_path / "shop.db"
    with Oms.sqlite(file, clock=FixedClock()) as oms:
        oms.know(an_item(), a_node())
        oms.do(received(5))
        oms.do(a_quote(2))

    assert main(["explain", "q-1", "--database", str(file)]) == 0
    out = capsys.readouterr().out
    assert "Quote q-1 (times are UTC)" in out
    assert "berlin sends 2 units" in out
    assert main(["explain", "q-1", "--database", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["of"], told["id"], len(told["told"])) == ("quote", "q-1", 1)
    assert main(["explain", "q-9", "--database", str(file)]) != 0
