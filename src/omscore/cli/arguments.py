"""What may be asked for on the command line, and the words that explain it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from omscore.network.learned import LEAST_SHIPMENTS
from omscore.replay.backtest import CONFIDENCES

DESCRIPTION = """\
omscore is the core of an order management system, as a library.  This command replays an order
history through it, tells the story of single orders, and checks the books.

A replay takes every order of a scenario from the first promise to the last return: it is sourced
from a network of nodes, reserved, released, picked, packed, shipped and delivered by a simulated
world, on a simulated clock.  All of it is kept in one SQLite file.
"""
EXAMPLES = """\
examples:
  omscore replay examples/online_retail        a month of real orders; keeps online_retail.db
  omscore replay examples/small --json         the same figures for programs
  omscore replay examples/small --until 2024-03-28
                                               stop after that day; go on by leaving it out
  omscore explain 1007 --database small.db     everything that happened to one order, and why
  omscore explain 1007 --policy examples/small
                                               and what would have made better plans
  omscore atp TEA berlin --database small.db   what may be promised, and why
  omscore audit --database small.db            recompute everything from the events
  omscore feed stock.csv --report count-stock --full berlin --database shop.db
                                               take a full count of a node from a file
  omscore policy check policy.toml             read a sourcing policy, and say what it says
  omscore backtest history.csv                 what promises from past shipments would be worth

exit status:
  0    all is well
  1    the audit has found differences, or rows of a feed were refused
  2    something asked for is not there or cannot be read; nothing was changed
  3    a law of the library does not hold, or the storage failed
  130  interrupted; the same replay again goes on where it was
"""
REPLAY = """\
Replays the orders of SCENARIO, a folder with a scenario.toml (see examples/small/README.md), and
shows key figures.  Whatever happens by chance follows from the seed of the scenario.

The database is one file.  The same replay on it again changes nothing, and one that was
interrupted goes on; a file of another scenario is refused.  At the end an audit recomputes
everything from the events.
"""
EXPLAIN = """\
Tells everything that happened to an order, in order: when, who, what and why, with the recorded
sourcing decisions; the same for a quote.  Times are UTC.  With --policy each plan of an order is
asked for again, as things stood then: what would have to be different for a better one?
"""
AUDIT = """\
Recomputes every position, reservation, capacity and order from the events alone, and lists every
difference to what is kept.
"""


ATP = """\
Shows what may be promised of SKU at NODE, day by day as far as anything changes, and explains one
day: which day decides, what is withheld, and how few units more would do.
"""
BACKTEST = """\
Promises each shipment of HISTORY from what was known in the week in which it left, and says how
many promises were kept, and how many days were promised on average.  HISTORY is a CSV file with
the columns node, to, shipped and delivered (days like 2017-10-02; delivered is empty for what
never arrived), and perhaps method, and promised, the day that was promised then.  Days count from
the day in shipped: with the day of the order there, the time at the node is learned as well.

With --pace a promise is a share of what is usual on its way, and origin (the region of the node)
and within (the region that to is part of) are columns that help.
"""
POLICY = """\
Checks a sourcing policy, or prints the JSON Schema of one, for editors and other programs.  With
--plugins, what installed packages register may be named too.
"""


FEED = """\
Takes the reports of stock in FILE, a CSV file with a header: receipts, counts, supplies and so on.
The columns are the fields of the reports, and report (its name, like count-stock), occurred_at and
sequence.

The same feed again changes nothing, and one that was interrupted goes on.  A row that cannot be
read or is refused is listed with its line and left out; with --strict it stops the feed.
"""


def parser() -> ArgumentParser:
    """The parser of the whole command line."""
    top = ArgumentParser(
        prog="omscore",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"omscore {_version()}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _replay(
        commands.add_parser(
            "replay",
            help="run an order history through the library and show key figures",
            description=REPLAY,
            formatter_class=RawDescriptionHelpFormatter,
        )
    )
    _explain(commands.add_parser("explain", help="tell the story of an order", description=EXPLAIN))
    _audit(
        commands.add_parser("audit", help="recompute everything from the events", description=AUDIT)
    )
    _atp(commands.add_parser("atp", help="show what may be promised, and why", description=ATP))
    _policy(commands.add_parser("policy", help="check a sourcing policy", description=POLICY))
    _backtest(
        commands.add_parser(
            "backtest", help="test promises on a history of shipments", description=BACKTEST
        )
    )
    _feed(
        commands.add_parser("feed", help="take reports of stock from a CSV file", description=FEED)
    )
    return top


def _feed(told: ArgumentParser) -> None:
    told.add_argument("file", metavar="FILE", type=Path, help="the CSV file")
    _database(told)
    told.add_argument("--name", help="the name of the feed; if not given, that of the file")
    told.add_argument("--report", metavar="NAME", help="what every row is, like count-stock")
    told.add_argument(
        "--set",
        metavar="COLUMN=VALUE",
        action="append",
        default=[],
        help="what a row says that leaves this column out or empty; may be repeated",
    )
    told.add_argument(
        "--full",
        metavar="NODE",
        action="append",
        default=[],
        help="the file counts all there is at NODE: what it leaves out is none; may be repeated",
    )
    told.add_argument("--strict", action="store_true", help="stop before the first wrong row")
    told.add_argument("--json", action="store_true", help="print the result as JSON, nothing else")
    told.add_argument("--quiet", action="store_true", help="no progress")


def _replay(told: ArgumentParser) -> None:
    told.add_argument("scenario", metavar="SCENARIO", type=Path, help="the folder to replay")
    where = told.add_mutually_exclusive_group()
    where.add_argument(
        "--database",
        metavar="FILE",
        type=Path,
        help="where everything is kept; if it is not given, SCENARIO.db in the current folder",
    )
    where.add_argument("--memory", action="store_true", help="keep nothing")
    told.add_argument(
        "--until", metavar="DAY", type=_day, help="stop after this day, like 2011-04-14"
    )
    told.add_argument("--json", action="store_true", help="print the figures as JSON, nothing else")
    told.add_argument("--quiet", action="store_true", help="no progress, and no list of bad rows")


def _explain(told: ArgumentParser) -> None:
    told.add_argument("id", metavar="ID", help="the order, or the quote")
    _database(told)
    told.add_argument(
        "--policy",
        metavar="PATH",
        type=Path,
        help="what the plans were chosen by: a policy file, or the folder of a scenario; says "
        "for each plan what would have made a better one",
    )
    told.add_argument("--json", action="store_true", help="print the story as JSON, nothing else")


def _audit(told: ArgumentParser) -> None:
    _database(told)
    told.add_argument(
        "--repair", action="store_true", help="propose entries that mend the books of stock"
    )
    told.add_argument("--apply", action="store_true", help="keep what --repair proposes")


def _atp(told: ArgumentParser) -> None:
    told.add_argument("sku", metavar="SKU")
    told.add_argument("node", metavar="NODE")
    _database(told)
    told.add_argument("--today", metavar="DAY", type=_day, help="as seen at noon UTC of this day")
    told.add_argument("--days", metavar="N", type=int, help="how many days; 30, if not given")
    told.add_argument("--day", metavar="DAY", type=_day, help="the day to explain; today, if not")
    told.add_argument("--quantity", metavar="N", type=int, default=1, help="how many are wanted")
    told.add_argument(
        "--availability", metavar="FILE", type=Path, help="by a policy of availability, as TOML"
    )
    told.add_argument("--channel", metavar="NAME", help="for who sells through this channel")
    told.add_argument("--picture", metavar="FILE", type=Path, help="draw it: .png, .svg or .pdf")
    told.add_argument("--json", action="store_true", help="print rows as JSON, nothing else")


def _policy(told: ArgumentParser) -> None:
    about = told.add_subparsers(dest="about", metavar="WHAT", required=True)
    check = about.add_parser("check", help="read a policy file as strictly as a shop does")
    check.add_argument("file", metavar="FILE", type=Path, help="the policy, as TOML")
    schema = about.add_parser("schema", help="print what a policy file may hold, as JSON Schema")
    for one in check, schema:
        one.add_argument("--plugins", action="store_true", help="with what is installed")


def _backtest(told: ArgumentParser) -> None:
    told.add_argument("history", metavar="HISTORY", type=Path, help="the shipments, as CSV")
    told.add_argument(
        "--confidence",
        metavar="PERCENT",
        type=_percent,
        nargs="+",
        default=CONFIDENCES,
        help="how sure promises are to be; if it is not given, 50, 90 and 95",
    )
    told.add_argument(
        "--least",
        metavar="SHIPMENTS",
        type=_some,
        default=LEAST_SHIPMENTS,
        help="how many have to arrive before a lane is trusted; if it is not given, 30",
    )
    told.add_argument(
        "--pace", action="store_true", help="promise by what is usual, times one factor for all"
    )
    told.add_argument(
        "--from",
        dest="tested_from",
        metavar="DAY",
        type=_day,
        help="the first day that is tested; if it is not given, after 3 of 10 shipments",
    )
    told.add_argument(
        "--holidays",
        metavar="COUNTRY",
        help="count Monday to Friday without public holidays of a country, like BR; every day, "
        "if it is not given",
    )
    told.add_argument("--json", action="store_true", help="print the figures as JSON, nothing else")


def _percent(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:3]) <= 99:
        raise ArgumentTypeError("expected a whole number of percent, from 1 to 99")
    return int(text[:3])


def _some(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text[:9]) >= 1:
        raise ArgumentTypeError("expected a whole number, at least 1")
    return int(text[:9])


def _database(told: ArgumentParser) -> None:
    told.add_argument(
        "--database",
        metavar="FILE",
        type=Path,
        help="the file of a replay; if it is not given, the only .db file in the current folder",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("expected a day like 2011-04-14") from None


def _version() -> str:
    try:
        return version("omscore")
    except PackageNotFoundError:
        return "(not installed)"
