#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
# The pictures in README.md, from the demo: share/pictures/make.sh [PROGRAM]. Needs chromium, poppler-utils, netpbm.
set -eu
reportctl=$(realpath "${1:-build/release/reportctl}")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export REPORTCTL_CONFIG="$work/reportctl.yaml" REPORTCTL_STATE="$work/state.db" TZ=UTC
cd "$work"
"$reportctl" --quiet init --demo

# small COLOURS <PNG >PNG: text stays sharp, and a picture stays below 100 kB.
small() { pngtopnm | pnmquant -quiet "$1" | pnmtopng -quiet -compression 9; }

"$reportctl" mail preview best-customers --account shop --html mail.html >/dev/null
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" --window-size=660,1180 \
  --screenshot="$work/mail.png" "file://$work/mail.html" >/dev/null 2>&1
small 48 <mail.png >"$here/mail.png"

"$reportctl" run sales --account shop --window last_month --format pdf -o report.pdf
pdftoppm -f 1 -l 1 -r 72 -png report.pdf page
small 48 <"$(ls page*.png | head -1)" >"$here/report.png"
