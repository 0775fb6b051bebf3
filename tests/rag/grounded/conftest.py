"""The desk's small collection."""

from tests.rag.desk.conftest import documents, opened

__all__ = ["documents", "opened"]
