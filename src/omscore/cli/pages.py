"""What the commands print: tables that fit 80 columns, and grow with the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from omscore.kernel.money import exponent
from omscore.replay.faults import Fault
from omscore.replay.figures import Figures
from omscore.runtime.audit import Difference
from omscore.runtime.repair import Proposal
from omscore.views.story import Story, Told

MOST_LISTED = 40
NONE = "-"
Row = tuple[str, str, str]


def console() -> Console:
    """The standard output: colored on a terminal, unless NO_COLOR is set."""
    return Console(highlight=False, emoji=False, markup=False)


# --- key figures ------------------------------------------------------------------------------


def key_figures(figures: Figures) -> Table:
    """The figures of a replay, in groups."""
    title = f"{figures.scenario} ({figures.first_day} to {figures.last_day})"
    return _table(
        title,
        _asked(figures),
        _sent(figures),
        _disturbed(figures),
        _stages(figures),
        _credits(figures),
    )


def reasons(figures: Figures) -> Table:
    """What was refused, ignored and left out, by reason; odd rows by treatment."""
    odd = [
        ("Odd rows", _whole(one.rows), f"{name}, {_amount(figures, one.amount)}")
        for name, one in figures.odd_rows.items()
    ]
    return _table(
        "Refused, ignored and left out",
        _counted("Refused", figures.refused),
        _counted("Reports ignored", figures.ignored),
        _counted("Work items", figures.work_items),
        odd,
        _counted("Bad rows", figures.faults),
    )


def _table(title: str, *groups: Iterable[Row]) -> Table:
    table = Table(
        title=title,
        title_style="bold",
        title_justify="left",
        box=box.HORIZONTALS,
        show_header=False,
        expand=False,
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column(style="cyan", justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for group in groups:
        before = ""
        for label, figure, remark in group:
            table.add_row("" if label == before else label, figure, remark)
            before = label
        table.add_section()
    return table


def _asked(figures: Figures) -> Iterable[Row]:
    asked, once = figures.asked, figures.promised_at_once
    worth = _amount(figures, asked.value)
    yield "Orders", _whole(asked.orders), f"{_whole(asked.lines)} lines, worth {worth}"
    yield "Units", _whole(asked.units), ""
    full = f"{_whole(once.units)} units; {_whole(once.orders_in_full)} orders in full"
    yield "Promised at once", _percent(once.share), full
    yield "Backordered at once", _whole(once.backordered), "units that wait for supply"


def _sent(figures: Figures) -> Iterable[Row]:
    parcels, cost, days = figures.parcels, figures.cost, figures.days
    yield "Parcels", _whole(parcels.shipped), f"{_number(parcels.per_order)} per order"
    split = f"{_whole(parcels.split_orders)} of {_whole(parcels.orders_with_parcels)} orders"
    yield "Split orders", _percent(parcels.split_share), split
    each = f"{_mean(figures, cost.per_order)} per order, {_mean(figures, cost.per_parcel)} a parcel"
    yield "Transport cost", _amount(figures, cost.shipped), each
    yield "Planned at once", _amount(figures, cost.planned), "transport cost of the first plans"
    yield "Days promised", _number(days.promised), "per unit, from order to delivery"
    yield "Days achieved", _number(days.achieved), "per delivered unit"
    kept = f"of {_whole(days.units)} delivered units promised at once"
    yield "On time", _percent(days.share_on_time), kept


def _disturbed(figures: Figures) -> Iterable[Row]:
    went, supplies = figures.disturbances, figures.supplies
    released = f"of {_whole(figures.parcels.released)} given to nodes"
    yield "Rejected by nodes", _whole(went.rejected), released
    yield "Lost their place", _whole(went.short), "units, for want of stock at the node"
    late = f"of {_whole(supplies.expected)}; {_whole(supplies.units)} units came in all"
    yield "Late purchase orders", _whole(supplies.late), late
    found = f"units; {_whole(figures.adjusted.found)} units found"
    yield "Written off", _whole(figures.adjusted.written_off), found


def _stages(figures: Figures) -> Iterable[Row]:
    """How the units stand at the end; together they are all units."""
    for stage, units in figures.units_by_stage.items():
        share = _percent(units / figures.asked.units if figures.asked.units else None)
        yield stage.replace("_", " ").capitalize(), _whole(units), f"units, {share}"


def _credits(figures: Figures) -> Iterable[Row]:
    notes, returns = figures.credits, figures.returns
    lines = f"units, {_whole(notes.lines)} lines of {_whole(notes.notes)} credit notes"
    yield "Credited", _whole(notes.units), lines
    parts = f"units: {_whole(notes.canceled)} canceled, {_whole(notes.returned)} returned"
    yield "Matched", _whole(notes.matched), parts
    for code, one in notes.unmatched.items():
        yield "Not matched", _whole(one.units), f"{_whole(one.lines)} lines: {code}"
    graded = f"{_whole(returns.sellable)} units sellable, {_whole(returns.damaged)} damaged"
    yield "Returns", _whole(returns.returns), graded


def _counted(title: str, counts: Mapping[str, int]) -> list[Row]:
    return [(title, _whole(times), name) for name, times in counts.items()] or [(title, "0", "")]


# --- bad rows, the audit, the story -----------------------------------------------------------


def bad_rows(faults: Sequence[Fault]) -> RenderableType:
    """Every bad row with file, line and reason, as far as they fit."""
    lines = [Text(str(fault)) for fault in faults[:MOST_LISTED]]
    return Group(Text("Rows that were left out", style="bold"), *lines, *_more(faults))


def differences(found: Sequence[Difference]) -> RenderableType:
    """Every difference that the audit has found, as far as they fit."""
    lines = [
        Text(f"{one.subject}: kept {one.kept}, recomputed {one.recomputed}")
        for one in found[:MOST_LISTED]
    ]
    return Group(Text("The audit has found differences", style="bold red"), *lines, *_more(found))


def proposals(found: Sequence[Proposal], *, applied: bool) -> RenderableType:
    """What positions should be told, or were told, so that the books agree."""
    if not found:
        return Text("Nothing can be proposed: what is left is for a person.")
    lines = list[Text]()
    for one in found[:MOST_LISTED]:
        lines.append(Text(f"{one.position}: {'; '.join(one.because)}"))
        lines += [Text(f"  {entry}") for entry in one.entries]
    said = "Applied" if applied else "Proposed; --apply keeps it"
    return Group(Text(said, style="bold"), *lines, *_more(found))


def _more(every: Sequence[object]) -> list[Text]:
    more = len(every) - MOST_LISTED
    return [Text(f"and {_whole(more)} more", style="dim")] if more > 0 else []


def story(told: Story) -> RenderableType:
    """The story of an order, day by day: when, who and what, with the details below."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    day = ""
    for one in told.told:
        if day != (day := f"{one.occurred_at:%Y-%m-%d}"):
            table.add_row("", "", Text(day, style="bold"))
        table.add_row(f"{one.occurred_at:%H:%M}", one.actor, Group(*_paragraphs(one)))
    return Group(Text(f"{told.of.capitalize()} {told.id} (times are UTC)", style="bold"), table)


def _paragraphs(one: Told) -> Iterable[RenderableType]:
    late = one.recorded_at - one.occurred_at
    noted = f" (recorded {one.recorded_at:%Y-%m-%d %H:%M})" if late else ""
    about = "" if one.subject == "order" else f"{one.subject}: "
    yield Text(f"{about}{one.sentence}{noted}")
    for detail in one.details:
        yield Padding(Text(detail, style="dim"), (0, 0, 0, 2))


# --- numbers ----------------------------------------------------------------------------------


def _whole(number: int) -> str:
    return f"{number:,}"


def _number(mean: float | None) -> str:
    return NONE if mean is None else f"{mean:,.2f}"


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.1f} %"


def _amount(figures: Figures, minor: int) -> str:
    digits = exponent(figures.currency)
    return f"{minor / 10**digits:,.{digits}f} {figures.currency}"


def _mean(figures: Figures, minor: float | None) -> str:
    return NONE if minor is None else _amount(figures, round(minor))
