# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Files: CSV against sqlite3 -csv and psql --csv, XLSX against XlsxWriter and libxlsxwriter in constant memory, PDF against reportlab. The peers write
the same cells without widths, summary or totals."""
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres
from bench import COLUMNS, Row, Skipped, in_turn, middle, run

QUERY = f"SELECT {COLUMNS} FROM orders ORDER BY id"
PYTHON_XLSX = f"""
import datetime, sqlite3, sys
import xlsxwriter
book = xlsxwriter.Workbook(sys.argv[2], {{'constant_memory': True}})
sheet = book.add_worksheet('Data')
instant, day = book.add_format({{'num_format': 'yyyy-mm-dd hh:mm:ss'}}), book.add_format({{'num_format': 'yyyy-mm-dd'}})
money, weight = book.add_format({{'num_format': '#,##0.00'}}), book.add_format({{'num_format': '#,##0.000'}})
for at, row in enumerate(sqlite3.connect(sys.argv[1]).execute('{QUERY}')):
    sheet.write_string(at, 0, row[0])
    sheet.write_datetime(at, 1, datetime.datetime.fromisoformat(row[1][:19]), instant)
    for column in (2, 3, 4, 5):
        sheet.write_string(at, column, row[column])
    sheet.write_number(at, 6, row[6])
    sheet.write_number(at, 7, row[7] / 100, money)
    sheet.write_number(at, 8, row[8], weight)
    sheet.write_datetime(at, 9, datetime.datetime.fromisoformat(row[9]), day)
book.close()
"""
C_XLSX = f"""
#include <sqlite3.h>
#include <stdio.h>
#include <xlsxwriter.h>
static lxw_datetime moment(const char* text) {{
  lxw_datetime at = {{0}};
  sscanf(text, "%d-%d-%dT%d:%d:%lf", &at.year, &at.month, &at.day, &at.hour, &at.min, &at.sec);
  return at;
}}
int main(int count, char** words) {{
  lxw_workbook_options options = {{.constant_memory = LXW_TRUE}};
  lxw_workbook* book = workbook_new_opt(words[count - 1], &options);
  lxw_worksheet* sheet = workbook_add_worksheet(book, "Data");
  const char* patterns[] = {{"yyyy-mm-dd hh:mm:ss", "#,##0.00", "#,##0.000", "yyyy-mm-dd"}};
  lxw_format* formats[4];
  for (int i = 0; i < 4; ++i) format_set_num_format(formats[i] = workbook_add_format(book), patterns[i]);
  sqlite3* shop;
  sqlite3_stmt* rows;
  sqlite3_open(words[1], &shop);
  sqlite3_prepare_v2(shop, "{QUERY}", -1, &rows, NULL);
  for (lxw_row_t row = 0; sqlite3_step(rows) == SQLITE_ROW; ++row) {{
    for (int i = 0; i < 10; ++i) {{
      if (i == 1 || i == 9) {{
        lxw_datetime at = moment((const char*)sqlite3_column_text(rows, i));
        worksheet_write_datetime(sheet, row, i, &at, formats[i == 1 ? 0 : 3]);
      }} else if (i < 6) {{
        worksheet_write_string(sheet, row, i, (const char*)sqlite3_column_text(rows, i), NULL);
      }} else {{
        worksheet_write_number(sheet, row, i, sqlite3_column_double(rows, i) / (i == 7 ? 100 : 1), i == 6 ? NULL : formats[i - 6]);
      }}
    }}
  }}
  return workbook_close(book);
}}
"""
PYTHON_PDF = f"""
import sqlite3, sys
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen import canvas
pdfmetrics.registerFont(ttfonts.TTFont('F', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'))
drawing = canvas.Canvas(sys.argv[2], pagesize=A4)
y = 0
for row in sqlite3.connect(sys.argv[1]).execute('{QUERY}'):
    if y < 42:
        if y:
            drawing.showPage()
        drawing.setFont('F', 7)
        for at, label in enumerate('Order|Placed at|Customer|Email|Status|Currency|Quantity|Total|Weight|Shipped'.split('|')):
            drawing.drawString(36 + 52 * at, 800, label)
        y = 785
    for at, text in enumerate((*row[:6], f'{{row[6]:,}}', f'{{row[7] / 100:,.2f}}', f'{{row[8]:.3f}}', row[9])):
        (drawing.drawRightString if 5 < at < 9 else drawing.drawString)(36 + 52 * at + (48 if 5 < at < 9 else 0), y, text)
    y -= 15
drawing.save()
"""


def has_module(name):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {name}"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def csv_of_sqlite(world, options):
    world.fill(options.rows)
    found = in_turn(options.rounds, {"ours": (world.report("csv"), world.rehearsal(), world.path / "ours.csv"),
                                     "peer": (["sqlite3", "-csv", world.source, QUERY], None, world.path / "peer.csv")})
    yield Row(f"CSV, {options.rows:,} rows of SQLite: wall", middle(found["ours"], "wall"), peer_name="sqlite3 -csv", peer=middle(found["peer"], "wall"), bar=1,
              memory=max(one.memory for one in found["ours"]), memory_bar=64)


def csv_of_postgres(world, options):
    world.fill(options.rows)
    try:
        server = postgres.Server(shared_buffers="512MB")
    except Exception as missing:  # what it is that is missing, its own tests tell
        raise Skipped(f"postgresql: {missing}") from missing
    try:
        url = server.copy_of(world.source, "shop")
        world.configure(url)
        peer = [server.bin / "psql", "-X", "--csv", "-t", "-h", "127.0.0.1", "-p", server.port, "-U", "postgres", "-d", "shop", "-c", QUERY]
        found = in_turn(options.rounds, {"ours": (world.report("csv"), world.rehearsal(), world.path / "ours.csv"), "peer": (peer, None, world.path / "peer.csv")})
        yield Row(f"CSV, {options.rows:,} rows of PostgreSQL: wall", middle(found["ours"], "wall"), peer_name="psql --csv", peer=middle(found["peer"], "wall"), bar=1,
                  memory=max(one.memory for one in found["ours"]), memory_bar=64)
    finally:
        server.close()
        world.configure(f"sqlite:{world.source}")


def xlsx(world, options):
    world.fill(options.rows)
    book = world.path / "ours.xlsx"
    contestants = {"ours": (world.report("xlsx"), world.rehearsal(), book), "csv": (world.report("csv"), world.rehearsal(), os.devnull)}
    if has_module("xlsxwriter"):
        contestants["XlsxWriter"] = (["/usr/bin/python3", "-c", PYTHON_XLSX, world.source, world.path / "peer.xlsx"], None, os.devnull)
    if shutil.which("cc"):
        (world.path / "peer.c").write_text(C_XLSX, encoding="utf-8")
        subprocess.run(["cc", "-O2", "-o", world.path / "peer", world.path / "peer.c", "-lxlsxwriter", "-lsqlite3"], check=True)
        contestants["libxlsxwriter"] = ([world.path / "peer", world.source, world.path / "peer.xlsx"], dict(os.environ, TMPDIR=str(world.path)), os.devnull)
    found = in_turn(options.rounds, contestants)
    memory = max(one.memory for one in found["ours"])
    for peer, bar in (("XlsxWriter", 0.08), ("libxlsxwriter", 0.3)):
        if peer in found:
            yield Row(f"XLSX, {options.rows:,} rows: processor", middle(found["ours"], "busy"), peer_name=f"{peer}, constant memory", peer=middle(found[peer], "busy"),
                      bar=bar, memory=memory, memory_bar=64)
    yield Row(f"XLSX, {options.rows:,} rows: wall", middle(found["ours"], "wall"), peer_name="the same as CSV", peer=middle(found["csv"], "wall"), bar=5)
    with zipfile.ZipFile(book) as parts:
        packed = sum(part.compress_size for part in parts.infolist())
        packer = [zlib.compressobj(6, zlib.DEFLATED, -15) for _ in parts.infolist()]
        least = 0
        for one, part in zip(packer, parts.infolist()):
            with parts.open(part) as unpacked:
                while piece := unpacked.read(1 << 20):
                    least += len(one.compress(piece))
            least += len(one.flush())
    yield Row(f"XLSX, {options.rows:,} rows: size", packed / 1e6, "MB", "zlib, level 6", least / 1e6, bar=1.3)
    if not options.quick:
        world.fill(10 * options.rows)
        large = run(world.report("xlsx"), world.rehearsal(), book)
        yield Row(f"XLSX, {10 * options.rows:,} rows: processor", large.busy, memory=large.memory, memory_bar=64)


def pdf(world, options):
    if not has_module("reportlab"):
        raise Skipped("python3-reportlab")
    rows = options.rows // 50
    world.fill(rows)
    found = in_turn(options.rounds, {"ours": (world.report("pdf"), world.rehearsal(), os.devnull),
                                     "peer": (["/usr/bin/python3", "-c", PYTHON_PDF, world.source, world.path / "peer.pdf"], None, os.devnull)})
    yield Row(f"PDF, {rows:,} rows: processor", middle(found["ours"], "busy"), peer_name="reportlab", peer=middle(found["peer"], "busy"), bar=0.2,
              memory=max(one.memory for one in found["ours"]), memory_bar=64)


BENCHES = {"csv": csv_of_sqlite, "postgres": csv_of_postgres, "xlsx": xlsx, "pdf": pdf}
