#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""The race of tests/bench/export_million_leads.py with few leads: exports with filters and fields, to XLSX and JSON, on disk and on S3, give the bytes of
`run`, and so do their links, until they end."""
import contextlib, io, pathlib, sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / place) for place in ("support", "bench")]
import e2e, export_million_leads

ROWS = 3000


class Leads(e2e.Case):
    def test_leads_to_xlsx_and_json_on_disk_and_on_s3_are_the_bytes_of_run_and_so_are_their_links(self):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            export_million_leads.race(ROWS, left=0)  # raises where anything differs
        self.assertEqual(told.getvalue().count("the bytes of run"), 12, told.getvalue())  # each of two places and formats: export, fetch and link

    def test_the_race_is_lost_when_bytes_differ(self):
        with self.assertRaises(export_million_leads.Different):
            export_million_leads.same("a file", b"other bytes", "0" * 64)


if __name__ == "__main__":
    e2e.main()
