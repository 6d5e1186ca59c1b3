"""The store in a SQLite file keeps the promises of every store, and those about files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.dialects import mysql

from omscore.adapters.sql import SqlStore, tune
from omscore.adapters.sql.compiling import LENGTHS
from omscore.adapters.sql.statements import Statements
from omscore.adapters.sql.tables import metadata
from omscore.catalog.item import ITEM, Item
from omscore.kernel.errors import Conflict, Unavailable
from omscore.oms import Oms
from omscore.testing.contracts.storage import StorageContract, codec
from omscore.testing.contracts.words import WORD, Word, at, history, save, saying

A, B = WORD.key("a"), WORD.key("b")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    with SqlStore(f"sqlite:///{path}", codec=codec()) as made:
        made.create_all()
        yield made


class TestSqliteStore(StorageContract):
    """Held to the same suite as the others."""

    @pytest.fixture
    def storage(self, store: SqlStore) -> SqlStore:
        return store


# --- several processes ------------------------------------------------------------------------

COUNTING = """
import sys
from omscore.adapters.sql import SqlStore
from omscore.kernel.errors import Conflict
from omscore.testing.contracts.words import WORD, codec, saying
key, name = WORD.key("a"), sys.argv[2]
with SqlStore("sqlite:///" + sys.argv[1], codec=codec()) as store:
    store.create_all()
    for step in range(40):
        while True:
            try:
                with store.begin() as work:
                    found = work.get([key])[key]
                    text = "1" if found.state is None else str(int(found.state.text) + 1)
                    work.save(saying(f"c-{name}-{step}", (key, found.version, text)))
                break
            except Conflict:
                pass
"""


def test_processes_share_a_file_from_its_first_moment(path: Path) -> None:
    """Each makes the tables if they are not there, and no step of any is lost."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    running = [
        subprocess.Popen([sys.executable, "-c", COUNTING, str(path), str(n)], env=environment)
        for n in range(3)
    ]
    assert [one.wait(timeout=120) for one in running] == [0, 0, 0]

    with SqlStore(f"sqlite:///{path}", codec=codec()) as store:
        assert at(store, A)[0].state == Word("120")
        assert [one.version for one in history(store, A)] == list(range(1, 121))


def test_who_waits_too_long_for_the_file_has_lost_the_race(path: Path, store: SqlStore) -> None:
    """Another process holds the write lock; nothing is kept, and reading goes on."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0.05})
    other = SqlStore(engine, codec=codec())
    with store._engine.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")

        with pytest.raises(Conflict):
            save(other, saying("c-1", (A, 0, "red")))
        assert at(other, A)[0].version == 0

        holder.rollback()
    save(other, saying("c-1", (A, 0, "red")))
    assert at(store, A)[0].state == Word("red")
    engine.dispose()


# --- files ------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    """Somebody's text is not overwritten because it bears the name."""
    path.write_text("Dear diary, " * 500)

    with SqlStore(f"sqlite:///{path}", codec=codec()) as store:
        with pytest.raises(Unavailable, match="not a database"):
            store.create_all()
        with pytest.raises(Unavailable, match="not a database"):
            at(store, A)

    assert path.read_text() == "Dear diary, " * 500


def test_a_folder_that_is_not_there_is_named_as_a_failure(tmp_path: Path) -> None:
    """And is not made."""
    store = SqlStore(f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}", codec=codec())
    with store, pytest.raises(Unavailable, match="unable to open"):
        store.create_all()

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_read_only_stays_as_it_is(path: Path, store: SqlStore) -> None:
    """It can be read; saving is a failure that says why."""
    save(store, saying("c-1", (A, 0, "red")))
    address = f"sqlite:///file:{path}?mode=ro&uri=true"

    with SqlStore(address, codec=codec()) as reader:
        assert at(reader, A)[0].state == Word("red")
        with pytest.raises(Unavailable, match="readonly"):
            save(reader, saying("c-2", (A, 1, "blue")))

    assert at(store, A)[0].state == Word("red")


def test_a_database_without_the_tables_says_so(path: Path) -> None:
    """A host that migrates by itself has forgotten to."""
    with SqlStore(f"sqlite:///{path}", codec=codec()) as store:
        with pytest.raises(Unavailable, match="no such table"):
            at(store, A)
        with pytest.raises(Unavailable, match="no such table"):
            save(store, saying("c-1", (A, 0, "red")))


def test_a_closed_store_leaves_one_file(path: Path, store: SqlStore) -> None:
    """No log beside it, no handle on it: it can be copied, moved and deleted, on Windows too."""
    save(store, saying("c-1", (A, 0, "red")))
    with store.begin() as work:
        work.get([A])
    store.close()

    assert list(path.parent.iterdir()) == [path]
    if Path("/proc/self/fd").exists():
        opened = [os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()]
        assert not [one for one in opened if one.startswith(str(path))]


def test_a_closed_store_opens_again(store: SqlStore) -> None:
    """Closing lets go of the file; it does not break the object."""
    save(store, saying("c-1", (A, 0, "red")))
    store.close()

    assert at(store, A)[0].state == Word("red")


def test_memory_is_no_place_for_a_database() -> None:
    """Each connection would have one of its own; there is a store for that."""
    for address in ("sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"):
        with pytest.raises(ValueError, match=r"Oms\.in_memory"):
            SqlStore(address, codec=codec())


def test_only_two_databases_are_known() -> None:
    """Said at once, not at the first save."""
    with pytest.raises(ValueError, match="SQLite or PostgreSQL"):
        SqlStore("mysql://somewhere/x", codec=codec())
    with pytest.raises(ValueError, match="not on mysql"):
        Statements.of(mysql.dialect())


# --- speed ------------------------------------------------------------------------------------


def test_no_statement_looks_through_a_whole_table(store: SqlStore) -> None:
    """With many orders stored, each takes as long as with few."""
    said = Statements.of(store._engine.dialect)
    many = [said.states, said.versions, said.events, said.history]
    texts = [table[length] for table in many for length in LENGTHS[:3]]
    texts += [said.listed, said.answer, said.due, said.outbox]
    texts += [one for one in (said.change, said.erase, said.finish) if isinstance(one, str)]
    with store._engine.connect() as connection:
        for text in texts:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?")
            )
            steps = [row[3] for row in plan]
            assert any(step.startswith("SEARCH omscore_") for step in steps), text
            assert not any(step.startswith("SCAN omscore_") for step in steps), text
            assert not any("TEMP B-TREE" in step for step in steps if "wanted" not in text), text


def test_the_write_lock_is_held_only_while_saving(store: SqlStore) -> None:
    """Deciding may take its time: others save meanwhile."""
    sent = list[str]()
    event.listen(store._engine, "before_cursor_execute", lambda _c, _k, text, *_: sent.append(text))
    with store.begin() as work:
        work.get([A])
        assert sent[0] == "BEGIN"
        save(store, saying("c-1", (B, 0, "blue")))
        work.save(saying("c-2", (A, 0, "red")))

    assert sent.count("BEGIN IMMEDIATE") == 2


def test_a_store_is_tuned(path: Path, store: SqlStore) -> None:
    """The log is written ahead; how careful it is with the disk, the host says."""
    with SqlStore(f"sqlite:///{path}", codec=codec(), synchronous="FULL") as careful:
        for one, level in ((store, 1), (careful, 2)):
            with one._engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level


def test_a_word_that_sqlite_does_not_know_is_refused(path: Path) -> None:
    """It would be sent as part of a statement."""
    with pytest.raises(ValueError, match="synchronous is"):
        tune(create_engine(f"sqlite:///{path}"), "NORMAL; DROP TABLE x")  # type: ignore[arg-type]


def test_every_table_bears_the_name_of_the_library() -> None:
    """It lives beside the tables of the host."""
    assert all(name.startswith("omscore_") for name in metadata.tables)


def test_the_front_door_lets_go_of_what_it_opened(tmp_path: Path) -> None:
    """A file whose name has a question mark is a file like any other, and is free afterwards."""
    path = tmp_path / "shop?mode=ro#1.db"
    with Oms.sqlite(path) as oms:
        oms.know(Item("TEA"))

    assert path.exists()
    path.rename(tmp_path / "moved.db")
    with Oms.sqlite(tmp_path / "moved.db") as again:
        assert again.get(ITEM.key("TEA")) == Item("TEA")
