"""What `import omscore` costs, against importing its three dependencies alone.

    python benchmarks/import_time.py [--quick] [--json]

Each import happens in a fresh interpreter; the figure is the median of several, less what an empty
interpreter takes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

DEPENDENCIES = "import attrs, cattrs, statemachine"
EXTRAS = ("sqlalchemy", "psycopg", "rich", "pytest", "hypothesis", "numpy", "highspy", "matplotlib")


def seconds(statement: str) -> float:
    """How long a fresh interpreter takes to run *statement*."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def figures(rounds: int) -> list[dict[str, object]]:
    """The import of the front door and of the object that everything starts from."""
    statements = {
        "empty": "pass",
        "dependencies": DEPENDENCIES,
        "front door": "import omscore",
        "everything": "from omscore import Oms; Oms.in_memory()",
    }
    taken: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(rounds):
        for name, statement in statements.items():
            taken[name].append(seconds(statement))
    empty = statistics.median(taken["empty"])
    cost = {name: max(1e-6, statistics.median(each) - empty) for name, each in taken.items()}
    looked = f"import sys, omscore; print(*sorted(set(sys.modules) & set({EXTRAS!r})))"
    found = subprocess.run(
        [sys.executable, "-c", looked], check=True, capture_output=True, text=True
    ).stdout.split()
    ratio = cost["front door"] / cost["dependencies"]
    against = "import attrs, cattrs, statemachine"
    return [
        _row("import omscore", ratio, "times", against, "at most 2", ratio <= 2),
        _row("extras pulled in", len(found), "modules", "none", "0", not found),
        _row("import omscore, absolute", 1000 * cost["front door"], "ms", "", "", None),
        _row("a first Oms in memory", 1000 * cost["everything"], "ms", "", "", None),
    ]


def _row(
    name: str, value: float, unit: str, against: str, target: str, met: bool | None
) -> dict[str, object]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "compared_with": against,
        "target": target,
        "met": met,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="one JSON list on standard output")
    asked = parser.parse_args()
    rows = figures(5 if asked.quick else 15)
    if asked.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row["met"]]  # type: ignore[index]
        print(f"{row['name']:26} {row['value']:>10} {row['unit']:8} {row['target']:12} {verdict}")


if __name__ == "__main__":
    main()
