"""The one store: PostgreSQL. Pool, migrations, named SQL, the embedded server."""

from crossdock.store.group_commit import GroupCommit
from crossdock.store.pool import Connection, Store, run_again
from crossdock.store.queries import Queries, load_queries

__all__ = ["Connection", "GroupCommit", "Queries", "Store", "load_queries", "run_again"]
