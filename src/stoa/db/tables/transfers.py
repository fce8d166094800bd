"""Lists that members bring along from another server, and how far they have been carried out."""

from __future__ import annotations

from sqlalchemy import Column as C
from sqlalchemy import Integer, Table

from stoa.db.tables.base import count, document, flag, metadata, moment, primary, reference, string

imports = Table(
    "imports",
    metadata,
    primary(),
    reference("account_id", "accounts.id", index=True),
    string("kind"),  # core/transfers/model.py: Kind
    flag("overwrite"),  # what is not in the list ends
    count("total"),
    count("done"),
    count("failed"),
    document("failures", default="[]"),  # the first lines that could not be carried out
    moment("created_at"),
    moment("finished_at", nullable=True),
    comment="owner: core/transfers",
)

# Kept until the import is finished.
import_lines = Table(
    "import_lines",
    metadata,
    reference("import_id", "imports.id", primary_key=True),
    C("position", Integer, primary_key=True, autoincrement=False),
    document("line"),  # core/transfers/model.py: Line
    comment="owner: core/transfers",
    sqlite_with_rowid=False,
)
