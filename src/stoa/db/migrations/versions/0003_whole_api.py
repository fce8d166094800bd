"""What the whole client API stands on, and groups that live here.  As SQL, frozen."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import regex
from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"


# When members came by last, as far as it is known: figures begin with it.
SEEN = """
INSERT INTO active_days (day, account_id)
SELECT last_used_at / 86400000, account_id FROM access_tokens
WHERE account_id IS NOT NULL AND last_used_at IS NOT NULL
UNION SELECT last_used_at / 86400000, account_id FROM sessions
UNION SELECT last_active_at / 86400000, account_id FROM users WHERE last_active_at IS NOT NULL
"""

# An author is found like a word, and every word is known by name (core/search).
SEARCH = {
    "sqlite": """
UPDATE status_search
SET words = words || ' q0' || (SELECT account_id FROM statuses WHERE statuses.id = status_search.rowid)
WHERE EXISTS (SELECT 1 FROM statuses WHERE statuses.id = status_search.rowid);
INSERT INTO status_search (rowid, words)
SELECT id, 'q0' || account_id FROM statuses
WHERE reblog_of_id IS NULL AND id NOT IN (SELECT rowid FROM status_search);
CREATE VIRTUAL TABLE status_search_words USING fts5vocab(status_search, 'row');
INSERT INTO search_words (word)
SELECT term FROM status_search_words
WHERE length(term) > 3 AND term < char(12352) AND term NOT LIKE 'q0%';
DROP TABLE status_search_words
""",
    "postgresql": """
UPDATE status_search SET words = words || array_to_tsvector(ARRAY['q0' || statuses.account_id])
FROM statuses WHERE statuses.id = status_search.status_id;
INSERT INTO status_search (status_id, words)
SELECT id, array_to_tsvector(ARRAY['q0' || account_id]) FROM statuses
WHERE reblog_of_id IS NULL AND id NOT IN (SELECT status_id FROM status_search);
INSERT INTO search_words (word)
SELECT word FROM ts_stat('SELECT words FROM status_search')
WHERE length(word) > 3 AND word COLLATE "C" < chr(12352) AND word NOT LIKE 'q0%'
""",
}


# What people are found by, as text/folding had it then.
ACCENTED = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}]"
RUN = regex.compile(ACCENTED + r"[\p{L}\p{M}]*+")
MARKS = regex.compile(r"\p{Mn}++")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]++")
AT_ONCE = 500


def bare(run: str) -> str:
    """*run* without its accents."""
    return unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFKD", run)))


def words(name: str) -> list[str]:
    """Of each word of *name* the beginning, and what follows each part of it."""
    folded = unicodedata.normalize("NFKC", name[:1000]).casefold().replace("\0", "")
    found: dict[str, None] = {}
    for chunk in RUN.sub(lambda match: bare(match[0]), folded).split():
        starts = [0, *(match.start() for match in WORD.finditer(chunk))]
        found |= dict.fromkeys(chunk[start : start + 40] for start in starts)
    return list(found)[:24]


def learn_names() -> None:
    """Note by which words those are found who are known already."""
    bind, last = op.get_bind(), 0
    some = text("SELECT id, username, display_name FROM accounts WHERE id > :last ORDER BY id LIMIT :most")
    put = text("INSERT INTO account_words (word, account_id) VALUES (:word, :account_id)")
    while rows := bind.execute(some, {"last": last, "most": AT_ONCE}).all():
        last = rows[-1].id
        bind.execute(
            put,
            [
                {"word": word, "account_id": row.id}
                for row in rows
                for word in dict.fromkeys([*words(row.username), *words(row.display_name)])
            ],
        )


def upgrade() -> None:
    """Make the new tables, and add columns to what is there."""
    script = Path(__file__).parent / revision / f"{op.get_bind().dialect.name}.sql"
    for statement in script.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
    op.get_bind().exec_driver_sql(SEEN)
    for statement in SEARCH[op.get_bind().dialect.name].split(";\n"):
        op.get_bind().exec_driver_sql(statement)
    learn_names()
