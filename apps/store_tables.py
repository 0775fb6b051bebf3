"""Whether a collection's file is there and has the tables that this Refdesk reads and writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def table_problems(folder: Path) -> list[str]:
    """What is missing of the collection in the folder, in words. Raises StoreError if it does not open."""
    from ingest.store.database import Database
    from ingest.store.layout import StoreLayout

    layout = StoreLayout(folder)
    if not layout.database.is_file():
        return [
            f"{layout.database} is gone, and the documents with it. Put it back from a backup, ingest the "
            f"documents again, or `refdesk collections delete {layout.name}`."
        ]
    database = Database.open(layout)
    try:
        with database.read() as connection:
            found = _columns(connection)
    finally:
        database.close()
    lacking = [
        f"{table}.{column}" if table in found else f"the whole table {table}"
        for table, columns in _expected().items()
        for column in sorted(columns - found.get(table, frozenset()))
    ]
    if not lacking:
        return []
    return [
        f"{layout.database} lacks {', '.join(dict.fromkeys(lacking))}: it is not of the format that it says "
        f"it is. Put it back from a backup, or `refdesk collections delete {layout.name}` and ingest again."
    ]


def _expected() -> dict[str, frozenset[str]]:
    from ingest.store.schema import create_tables

    with closing(sqlite3.connect(":memory:")) as connection:
        create_tables(connection)
        return _columns(connection)


def _columns(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """The names of each table's columns."""
    rows = connection.execute(
        """SELECT table_list.name, info.name FROM pragma_table_list AS table_list
           JOIN pragma_table_info(table_list.name) AS info WHERE table_list.type = 'table'"""
    ).fetchall()
    tables = {table for table, _ in rows if not table.startswith("sqlite_")}
    return {table: frozenset(column for name, column in rows if name == table) for table in tables}
