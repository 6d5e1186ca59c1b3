"""What must hold whatever happens, checked the slow and obvious way, from the events.

`check(oms)` reads everything that a store keeps and fails with every sentence that is not true.
Each law is a function from the books to what it finds wrong; a host may add its own.  Nothing here
shares a line with the code that it checks: sums are added up from nothing, every day is asked.

`check_rule`, `check_cost` and `check_solver` try what plugs into sourcing: see `plugins`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from omscore.oms import Oms
from omscore.testing.laws import histories, ledgers, reserved, units
from omscore.testing.laws.books import Books
from omscore.testing.laws.plugins import (
    Asked,
    BrokenLaw,
    Priced,
    Solved,
    check_cost,
    check_rule,
    check_solver,
)

__all__ = [
    "LAWS",
    "Asked",
    "BrokenLaw",
    "Law",
    "Priced",
    "Solved",
    "check",
    "check_cost",
    "check_rule",
    "check_solver",
    "violations",
]

Law = Callable[[Books], Iterable[str]]

LAWS: Sequence[Law] = (
    units.units_add_up,
    units.reservations_are_what_units_wait_for,
    units.work_is_what_units_are_at,
    units.whoever_waits_is_in_the_backlog,
    ledgers.promises_have_stock,
    ledgers.no_grant_creates_shortage,
    ledgers.stock_is_conserved,
    ledgers.what_left_was_ordered,
    reserved.each_reserved_unit_exits_once,
    reserved.late_calls_change_nothing,
    reserved.it_sits_where_it_may,
    reserved.answers_are_what_is_kept,
    ledgers.positions_know_their_reservations,
    ledgers.positions_know_their_supplies,
    ledgers.capacity_is_kept,
    units.no_more_returns_than_was_shipped,
    histories.replay_gives_what_is_kept,
    histories.only_moves_of_the_flow,
    histories.ignored_reports_change_nothing,
    histories.nothing_personal_is_shown,
)


def violations(books: Books, laws: Iterable[Law] | None = None) -> list[str]:
    """Everything that is not as the laws say, each found fault as a sentence with its law."""
    return [
        f"{law.__name__}: {fault}"
        for law in (LAWS if laws is None else laws)
        for fault in law(books)
    ]


def check(oms: Oms, laws: Iterable[Law] | None = None) -> None:
    """Fail with every violation of the laws, and every difference that the audit finds."""
    assert violations(Books.of(oms), laws) == []
    assert list(oms.audit()) == []
