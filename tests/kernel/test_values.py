"""The smallest values: ids, quantities, money, moments, reasons."""

import pickle
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel import ids
from omscore.kernel.errors import Broken, OmsError, Refused, Unreadable, ensure
from omscore.kernel.moments import Window, day, instant, local_day, zone
from omscore.kernel.money import Currency, Money, eur, money, total
from omscore.kernel.quantities import units
from omscore.kernel.reason import Noted, Reason
from omscore.lifecycle.order.messages import TooFewUnits


@pytest.mark.parametrize("text", ["", "a b", "ä", "o-1\n", "x" * 65, "a/b", 7, None, True])
def test_an_id_keeps_to_its_alphabet(text: object) -> None:
    """It goes into URLs, file names and keys of other systems."""
    with pytest.raises(Unreadable):
        ids.checked(text)


def test_a_bad_id_is_not_repeated_in_the_error() -> None:
    """What somebody typed into the wrong field may be a name or an address."""
    with pytest.raises(Unreadable) as refused:
        ids.order_id("Ada Lovelace")

    assert "Ada" not in str(refused.value)
    assert str(refused.value).startswith("$.order: ")


@given(st.lists(st.integers(0, 99), min_size=1, max_size=40))
def test_a_derived_id_is_an_id(parts: list[int]) -> None:
    """However long the chain of causes, what follows has a name of its own that fits."""
    name = "c-1"
    for part in parts:
        name = ids.derived(name, "serving", part)

    assert ids.checked(name) == name
    assert ids.derived(name, 1) != ids.derived(name, 2)


@pytest.mark.parametrize("quantity", [True, False, 0, -1, 1.0, 10**10, "3", None])
def test_a_quantity_is_exactly_an_int_within_a_bound(quantity: object) -> None:
    """`True` is an int to Python, and 1.0 equals 1: neither is a number of units."""
    with pytest.raises(Unreadable):
        units(quantity)


@pytest.mark.parametrize(
    ("text", "minor"), [("4.50", 450), ("4.5", 450), ("4", 400), ("-0.05", -5), (4, 400)]
)
def test_an_amount_is_read_exactly(text: str | int, minor: int) -> None:
    """No binary fraction comes near it."""
    assert eur(text) == Money(minor, Currency("EUR"))


@pytest.mark.parametrize("text", ["1e9", "1e999999", "4.505", "NaN", "", " 1", "٤", 4.5, True])
def test_an_amount_that_is_none_is_unreadable(text: str) -> None:
    """An exponent can name a number that takes minutes to write down."""
    with pytest.raises(Unreadable):
        eur(text)


def test_a_currency_has_its_own_number_of_digits() -> None:
    """Yen have no cents, and dinars have a thousand fils."""
    assert money("500", "JPY").minor == 500
    assert money("1.234", "KWD").minor == 1234
    assert str(money("-1.5", "KWD")) == "-1.500 KWD"
    assert str(money("500", "JPY")) == "500 JPY"
    with pytest.raises(Unreadable):
        money("1.5", "JPY")
    with pytest.raises(Unreadable):
        money("1.5", "XXX")


def test_two_currencies_do_not_mix() -> None:
    """A rate is somebody's decision, never an accident."""
    with pytest.raises(TypeError):
        eur(1) + money(1, "USD")
    assert total([eur(1), eur("0.50")]) - eur("0.25") == eur("1.25")
    assert eur("0.40") * 3 == eur("1.20")


@given(st.integers(-(10**6), 10**6), st.lists(st.integers(0, 100), min_size=1).filter(any))
def test_shares_add_up_to_the_last_cent(minor: int, weights: list[int]) -> None:
    """No cent is made or lost, and no share is a whole cent off."""
    shares = Money(minor, Currency("EUR")).share(weights)

    assert sum(share.minor for share in shares) == minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor * sum(weights) - minor * weight) < sum(weights)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_money_reads_what_it_writes(minor: int, currency: str) -> None:
    """What is printed can be typed in again."""
    amount = Money(minor, Currency(currency))

    assert money(str(amount).split()[0], currency) == amount


def test_an_instant_names_its_zone() -> None:
    """A naive time is a guess about where somebody was."""
    with pytest.raises(Unreadable):
        instant(datetime(2026, 3, 2, 12))
    assert local_day(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "Europe/Berlin") == date(2026, 3, 3)
    with pytest.raises(Unreadable):
        zone("Middle/Earth")
    with pytest.raises(Unreadable):
        day(datetime(2026, 3, 2, tzinfo=UTC))


def test_a_window_holds_its_start_and_not_its_end() -> None:
    """Two windows that meet share no instant."""
    noon, one = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 13, tzinfo=UTC)

    assert noon in Window(noon, one)
    assert one not in Window(noon, one)
    with pytest.raises(Unreadable):
        Window(noon, noon)


def test_a_refusal_survives_pickling() -> None:
    """It crosses process borders with its reasons, not just with its text."""
    refusal = Refused(TooFewUnits("ship", asked=3, ready=1))

    copy = pickle.loads(pickle.dumps(refusal))

    assert copy.reasons == refusal.reasons
    assert str(copy) == "cannot ship 3 units: 1 can still be"


def test_an_unreadable_survives_pickling_and_travels_outward() -> None:
    """Each level of a document adds its own piece of the path."""
    found = pickle.loads(pickle.dumps(Unreadable("a number", "$.quantity")))

    assert str(found.under("$.lines[3]")) == "$.lines[3].quantity: a number"


def test_a_reason_states_its_code() -> None:
    """Hosts store codes: renaming a class must not change one, so none is derived."""
    with pytest.raises(TypeError, match="needs a code of its own"):
        type("Moody", (Reason,), {})


def test_a_noted_reason_is_readable_without_its_class() -> None:
    """A plugin may be gone when somebody asks why."""
    noted = TooFewUnits("ship", asked=3, ready=1).noted()

    assert noted == Noted("order.too-few-units", {"move": "ship", "asked": 3, "ready": 1})
    assert str(noted) == "order.too-few-units (move ship, asked 3, ready 1)"
    assert hash(noted) == hash(TooFewUnits("ship", asked=3, ready=1).noted())


def test_a_law_that_does_not_hold_stops_everything() -> None:
    """A bug found early is cheaper than a ledger that lies."""
    ensure(True, "fine")
    with pytest.raises(Broken, match="no unit is lost"):
        ensure(False, "no unit is lost")
    assert issubclass(Broken, OmsError)
