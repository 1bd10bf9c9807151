"""A file of all corporations in the register's published form, synthetic, and its way into the hub.

`python -m benchmarks.register_file --rows 5000000` writes the file, runs `hub sync
corporate_number --from FILE` in a home of its own (SQLite), and says how long that took, how much
memory, and what became of the rows. With `--again` the file is read a second time.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from base.identifiers import corporate_number_check_digit

NAMES = ("山田製作所", "北斗システムズ", "髙橋商店", "みどり建設", "東西物流", "さくら不動産")
CITIES = (
    ("13", "103", "東京都", "港区", "芝公園"),
    ("14", "104", "神奈川県", "横浜市中区", "山下町"),
    ("22", "138", "静岡県", "浜松市中央区", "元城町"),
    ("27", "127", "大阪府", "大阪市北区", "中之島"),
    ("40", "133", "福岡県", "福岡市中央区", "天神"),
)
FIRST = 10_000_000_000
"""The first corporation's number, without its check digit."""

EACH = 20_000
"""Rows written at once."""


def write(path: Path, rows: int) -> None:
    """Write the file: UTF-8, no header, texts in quotes as the register has them."""
    with path.open("wb") as file:
        for start in range(0, rows, EACH):
            text = "".join(map(row, range(start, min(rows, start + EACH))))
            file.write(text.encode())


def row(index: int) -> str:
    """One corporation's row; one in a hundred is closed, one in fifty has a comma in its name."""
    closed = index % 100 == 0
    base = f"1{FIRST + index:011d}"
    number = corporate_number_check_digit(base) + base
    process = "21" if closed else "01"
    prefecture, city, prefecture_name, city_name, town = CITIES[index % len(CITIES)]
    name = f"{NAMES[index % len(NAMES)]}{index}"
    english = f'"Synthetic {index} Co., Ltd."' if index % 50 == 0 else ""
    day = f"{2016 + index % 10}-{index % 12 + 1:02d}-{index % 28 + 1:02d}"
    block = f"{town}{index % 9 + 1}丁目{index % 20 + 1}番{index % 30 + 1}号"
    return (
        f"{index + 1},{number},{process},0,{day},{day},"
        f'"株式会社{name}",,301,"{prefecture_name}","{city_name}","{block}",,'
        f"{prefecture},{city},1050011,,,{day if closed else ''},{'01' if closed else ''},,,"
        f'{day},1,{english},,,,"ゴウセイ",0\n'
    )


def sync(path: Path, home: Path) -> tuple[float, int, str]:
    """`hub sync corporate_number --from FILE`: seconds, peak memory in bytes, what it printed.

    Raises:
        ValueError: it went wrong; its own message stands before.
    """
    hub = str(Path(sys.executable).with_name("hub"))
    environ = {**os.environ, "HUB_HOME": str(home)}
    subprocess.run([hub, "db", "upgrade"], env=environ, check=True)
    command = [hub, "sync", "corporate_number", "--from", str(path), "--json"]
    started = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as process:
        told = process.communicate()[0].decode()
    if process.returncode:
        raise ValueError(f"hub sync ended with {process.returncode}: {told}")
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, told


def main() -> None:
    """Write the file, sync it, and say what that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.register_file", description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of the file (5000000)")
    parser.add_argument("--again", action="store_true", help="read it a second time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-register-") as name:
        path = Path(name) / "all.csv"
        write(path, asked.rows)
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {asked.rows:,} rows", flush=True)
        for _ in range(1 + asked.again):
            seconds, peak, told = sync(path, Path(name) / "home")
            print(told.strip())
            print(
                f"{seconds:,.0f} s, {asked.rows / seconds:,.0f} rows/s,"
                f" peak memory {peak / 1e6:,.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
