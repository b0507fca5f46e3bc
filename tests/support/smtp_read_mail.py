#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads a message with Python's email package and prints what it found as JSON."""
import email, email.header, email.policy, json, sys

message = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
seen = {"defects": [], "types": [], "headers": {}, "text": None, "html": None, "attachment": None, "file_name": None}
for name, value in message.items():
    seen["headers"].setdefault(name, []).append(str(value))
seen["subject"] = str(message["Subject"])
seen["to"] = [[a.display_name, a.addr_spec] for a in message["To"].addresses] if message["To"] else []
# The parser above leaves the blank between two encoded words of a name, against RFC 2047 6.2; the older decoder does not.
seen["to_text"] = str(email.header.make_header(email.header.decode_header(email.message_from_bytes(open(sys.argv[1], "rb").read())["To"] or "")))
for part in message.walk():
    seen["types"].append(part.get_content_type())
    seen["defects"] += [repr(defect) for defect in part.defects]
    if part.get_content_disposition() == "attachment":
        seen["attachment"] = list(part.get_payload(decode=True))
        seen["file_name"] = part.get_filename()
    elif part.get_content_type() == "text/plain":
        seen["text"] = part.get_content().replace("\r\n", "\n")
    elif part.get_content_type() == "text/html":
        seen["html"] = part.get_content().replace("\r\n", "\n")
print(json.dumps(seen))
