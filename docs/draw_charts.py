"""Draw every lifecycle, from the chart that declares it, into `docs/reference/lifecycles.md`.

python docs/draw_charts.py
"""

from __future__ import annotations

from pathlib import Path

from statemachine import StateMachine

from omscore.kernel.flow import Flow
from omscore.lifecycle.fulfillment.chart import SHIP_FLOW, ShipChart
from omscore.lifecycle.order.chart import UNIT_FLOW, UnitChart
from omscore.lifecycle.quote.chart import QUOTE_FLOW, QuoteChart
from omscore.lifecycle.returns.chart import RETURN_FLOW, ReturnChart

PAGE = Path(__file__).parent / "reference" / "lifecycles.md"

OPENING = """# Lifecycles

Each lifecycle is declared once, as a chart, and read into a `Flow` table that everything else looks
up. This page is written from the charts by `python docs/draw_charts.py`; a test checks that it is
current. A host adds stages and moves with [`Flow.extend`](../how-to/extend-the-flow.md).
"""

CHARTS: tuple[tuple[str, str, type[StateMachine], Flow], ...] = (
    ("Units of an order", "UNIT_FLOW", UnitChart, UNIT_FLOW),
    ("Fulfillment orders that ship", "SHIP_FLOW", ShipChart, SHIP_FLOW),
    ("Returns", "RETURN_FLOW", ReturnChart, RETURN_FLOW),
    ("Quotes", "QUOTE_FLOW", QuoteChart, QUOTE_FLOW),
)


def page() -> str:
    """The whole page."""
    return "\n".join([OPENING, *(_section(*chart) for chart in CHARTS)])


def _section(title: str, name: str, chart: type[StateMachine], flow: Flow) -> str:
    source = f"{chart:mermaid}".strip()
    rows = "\n".join(_row(flow, stage) for stage in flow.ranks)
    return (
        f"## {title}\n\n{_prose(chart)}\n\nIn code: `omscore.{name}`.\n\n"
        f"```mermaid\n{source}\n```\n\n"
        f"| stage | rank | moves |\n| --- | --- | --- |\n{rows}\n"
    )


def _prose(chart: type[StateMachine]) -> str:
    """The docstring of *chart*, one line per paragraph."""
    paragraphs = (chart.__doc__ or "").strip().split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs)


def _row(flow: Flow, stage: str) -> str:
    ways = ", ".join(
        f"{move} → `{target}`" for (source, move), target in flow.table.items() if source == stage
    )
    first = " (first)" if stage == flow.initial else ""
    return f"| `{stage}`{first} | {flow.ranks[stage]} | {ways or 'none: it ends here'} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
