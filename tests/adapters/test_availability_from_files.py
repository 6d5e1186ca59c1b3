"""The policy of availability from TOML: what a file can say, and what none can."""

import pytest

from omscore.adapters.policies import read_availability
from omscore.adapters.policies.availability import METHODS
from omscore.atp.availability import Answering, Availability, Protecting
from omscore.atp.counting import Counting
from omscore.atp.entries import TypeMatrix
from omscore.atp.methods import AtpMethod, Options
from omscore.atp.periods import Period
from omscore.atp.projected import Untracked
from omscore.atp.protection import Protection, Segment
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.kernel.errors import Unreadable

WHOLE = """
[[answering]]
classes = ["made"]
method = { type = "untracked", lead_days = 3 }

[[answering]]
sku = "TEA"
channel = "web"
method = "period"
options.horizon_days = 10
options.counting = { inbound_days = 1, serves.serves = { planned = ["planned"] } }

[safety]
rules = [{ units = 2, classes = ["category:tea"] }, { percent = 5, node = "berlin" }]

[[protecting]]
sku = "TEA"
[protecting.protection]
base = "remaining"
unassigned = false
segments = [
    { name = "web", amount = 40, measure = "percent" },
    { name = "vip", amount = 5, parent = "web", rank = 1 },
]
"""


def test_a_file_says_what_a_host_could() -> None:
    """Methods by item and channel, safety stock, a tree of shares, and the type matrix."""
    matrix = TypeMatrix({"planned": ["planned"]})
    options = Options(horizon_days=10, counting=Counting(inbound_days=1, serves=matrix))
    shares = [Segment("web", 40, "percent"), Segment("vip", 5, parent="web", rank=1)]
    tree = Protection(shares, base="remaining", unassigned=False)

    assert read_availability(WHOLE) == Availability(
        answering=[
            Answering(classes=["made"], method=Untracked(3)),
            Answering(sku="TEA", channel="web", method=Period(), options=options),
        ],
        safety=SafetyStock(
            [SafetyRule(units=2, classes=["category:tea"]), SafetyRule(percent=5, node="berlin")]
        ),
        protecting=[Protecting(sku="TEA", protection=tree)],
    )


def test_an_empty_file_withholds_nothing() -> None:
    """What is not said is as a host has it who says nothing."""
    assert read_availability("") == Availability()


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_name(name: str) -> None:
    """As a word, or as a table with its fields."""
    [word] = read_availability(f'[[answering]]\nmethod = "{name}"').answering
    [table] = read_availability(f'[[answering]]\nmethod.type = "{name}"').answering

    assert type(word.method) is METHODS[name]
    assert word == table


def test_no_method_is_left_without_a_name() -> None:
    """Whoever adds one names it."""
    assert set(METHODS.values()) == set(AtpMethod.__subclasses__())


SHARES = "[[protecting]]\nprotection.segments = [%s]"
WEB, SHOP = (f'{{name="{one}",amount=60,measure="percent"}}' for one in ("web", "shop"))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("= 1", "$"),
        ("safe = 1", "$"),
        ("answering = 1", "$.answering"),
        ('[[answering]]\nmethod = "guess"', "$.answering[0].method"),
        ("[[answering]]\nmethod = 1", "$.answering[0].method"),
        (
            '[[answering]]\nmethod = {type="untracked",lead_days=-1}',
            "$.answering[0].method.lead_days",
        ),
        ('[[answering]]\nchannel="web"\nmethod="untracked"', "$.answering[0].channel"),
        ('[[answering]]\nsku = "T T"', "$.answering[0].sku"),
        ("[[answering]]\noptions.horizon_days = 1.0", "$.answering[0].options.horizon_days"),
        ("[safety]\nrules = [{units=-1}]", "$.safety.rules[0].units"),
        ("[safety]\nrules = [{units=true}]", "$.safety.rules[0].units"),
        ("[safety]\nrules = [{percent=101}]", "$.safety.rules[0].percent"),
        ("[safety]\nrules = [{units=1},{units=2}]", "$.safety.rules[1]"),
        ("[[protecting]]", "$.protecting[0].protection"),
        (SHARES % f"{WEB},{SHOP}", "$.protecting[0].protection.segments[0].amount"),
        (
            SHARES % '{name="a",amount=1,parent="b"},{name="b",amount=1,parent="a"}',
            "$.protecting[0].protection.segments[0].parent",
        ),
        (
            SHARES % '{name="a",amount=1,parent="z"}',
            "$.protecting[0].protection.segments[0].parent",
        ),
        ("x = " + "[" * 5_000, "$"),
        ("#" * (2**20 + 1), "$"),
    ],
)
def test_what_cannot_be_is_refused_with_its_path(text: str, path: str) -> None:
    """Over a hundred percent, in a circle, unknown, or of the wrong type."""
    with pytest.raises(Unreadable) as refused:
        read_availability(text)

    assert refused.value.path == path
