#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
# From a fresh clone to delivered report mails: packages, build, demo data, the due schedules, and the mails that arrived.
# Everything it creates is under build/; run it again for a fresh demo.
set -eu
cd "$(dirname "$0")/.."

echo '== packages (a minute or two where they are missing)'
.ci/packages build
echo '== build (two or three minutes the first time)'
.ci/build release reportctl
reportctl=$PWD/build/release/reportctl

demo=$PWD/build/demo
rm -rf "$demo"
mkdir -p "$demo"
export XDG_CONFIG_HOME="$demo/config" XDG_STATE_HOME="$demo/state" REPORTCTL_STATE="$demo/state/state.db" REPORTCTL_CONFIG="$demo/config/reportctl/reportctl.yaml"

echo '== reportctl init --demo'
"$reportctl" init --demo
echo '== reportctl run-due -v'
"$reportctl" run-due -v

echo '== the outcome of every occurrence: reportctl runs list'
"$reportctl" runs list

echo '== the mails that arrived'
find "$demo" -path '*/new/*' -type f | sort | /usr/bin/python3 -c '
import email, email.policy, sys
for path in sys.stdin.read().split("\n")[:-1]:
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    print("", path, *(f"{name}: {mail[name]}" for name in ("From", "To", "Subject", "Date")), sep="\n")
    for part in mail.iter_attachments():
        if part.get_filename():
            print("  attached:", part.get_filename())
'

cat <<TXT

Look around with the demo's own settings:

  export REPORTCTL_CONFIG=$REPORTCTL_CONFIG REPORTCTL_STATE=$REPORTCTL_STATE
  alias reportctl=$reportctl
  reportctl status
  reportctl schedule list
  reportctl run sales --account shop --window last_7d
TXT
