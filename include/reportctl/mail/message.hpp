// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::mail {

/// A file that travels with a message. Read once, at compose time, through the descriptor.
struct Attachment {
  std::string file_name;     ///< `[A-Za-z0-9._-]`, at most 120 bytes
  std::string content_type;  ///< `text/csv; charset=utf-8`
  int fd = -1;               ///< borrowed; read from offset 0
};

/// A picture that the HTML shows (`<img src="cid:…">`).
struct Image {
  std::string content_id;    ///< without angle brackets; see content_id()
  std::string content_type;  ///< `image/png`
  std::string file_name;     ///< for readers who save it; as Attachment::file_name
  std::string bytes;
};

/// What every recipient gets alike.
struct Content {
  std::string text;  ///< UTF-8, LF
  std::string html;  ///< UTF-8; empty: text only
  std::vector<Attachment> attachments;
  std::string boundary_seed;       ///< the run's id: boundaries are derived from it, so that bytes never change between tries
  std::vector<Image> images = {};  ///< travel with the HTML
};

/// A header block for one recipient. All texts are safe by type.
struct Envelope {
  Mailbox from;
  Mailbox to;
  HeaderValue subject;
  Instant date{};
  std::string message_id;  ///< without angle brackets
  std::optional<EmailAddress> list_unsubscribe;
  std::string unsubscribe_token = {};    ///< becomes the subject of the mail that the reader's program sends there
  std::optional<Mailbox> reply_to = {};  ///< where answers go; none: to the sender
};

/// The MIME part after the header block, from `MIME-Version:` on: 7-bit clean, CRLF only, lines ≤ 998. Deterministic.
/// multipart/mixed of multipart/alternative (text, HTML) and the attachments (quoted-printable where they are ASCII text, else
/// base64); constant memory but for the images. HTML with images is multipart/related. Error(output) when the spool fills up.
void write_body(const Content&, Sink&);

/// `From:` … `Message-ID:` …, `Auto-Submitted: auto-generated`, CRLF, folded, 7-bit but for addresses that need SMTPUTF8; without
/// the blank line. head + body is the message.
std::string write_head(const Envelope&);

/// `chart.<run>@reportctl`: what the HTML calls an image of the run.
std::string content_id(std::string_view role, std::string_view run_id);

/// The delivery's id in a message_id(): what `reportctl unsubscribe` takes. Empty for any other text.
std::string unsubscribe_token(std::string_view message_id);
/// `<run>.<delivery>@<domain of from>`, without brackets. Derived, so that a retry has the same.
std::string message_id(const std::string& run_id, const std::string& delivery_id, const EmailAddress& from);

}  // namespace reportctl::mail
