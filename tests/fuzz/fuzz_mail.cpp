// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/text_template.hpp"
#include "reportctl/mail/message.hpp"
#include "reportctl/mail/templates.hpp"

namespace {

using namespace reportctl;
using namespace reportctl::mail;

/// A message is 7-bit, its lines end in CRLF and are at most 998 bytes long. Only the head of a mail to an address that is not
/// ASCII is UTF-8 (RFC 6532).
bool is_clean(std::string_view bytes, bool is_utf8 = false) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c == 0 || (c >= 0x80 && !is_utf8)) return false;
    if (c == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) return false;
    if (c == '\n' && (i == 0 || bytes[i - 1] != '\r')) return false;
    line = c == '\n' ? 0 : line + 1;
    if (line > 999) return false;
  }
  return bytes.ends_with("\r\n") && is_valid_utf8(bytes);
}

/// Header lines: those that do not go on from the line before.
std::size_t headers(std::string_view head) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < head.size(); at = head.find("\r\n", at) + 2)
    if (head[at] != ' ' && head[at] != '\t') ++count;
  return count;
}

void check_templates(const std::string& text) {
  ReportFacts facts;
  facts.account_name = facts.report_label = facts.period = facts.brand_color = facts.attachment_name = facts.notice = facts.why =
      text;
  facts.summary = {{text, {text}}};
  const Texts report = render_report(facts);
  FailureFacts failed;
  failed.account_name = failed.outcome = failed.sentence = failed.fix = text;
  failed.reasons = failed.recipients = {{text, text}};
  if (const auto parsed = TextTemplate::parse(text)) {
    const auto filled = parsed->fill({{"report", text}});
    EXPECT(text.find_first_of("{}") != std::string::npos || filled == text);
  }
  const Texts failure = render_failure(failed);
  for (const std::string* part : {&report.text, &report.html, &failure.text, &failure.html}) {
    EXPECT(is_valid_utf8(*part));
    EXPECT(part->find('\r') == std::string::npos && part->find('\x1b') == std::string::npos);
  }
  // The markup is the templates' own: as many tags as with harmless values.
  ReportFacts plain = facts;
  plain.account_name = plain.report_label = plain.period = plain.brand_color = plain.attachment_name = plain.notice = plain.why =
      text.empty() ? "" : "x";
  plain.summary = {{"x", {"x"}}};
  const auto tags = [](std::string html) {
    constexpr std::string_view kBreak = "<wbr>";  // between the pieces of a long file name
    for (auto at = html.find(kBreak); at != std::string::npos; at = html.find(kBreak, at)) html.erase(at, kBreak.size());
    return std::count(html.begin(), html.end(), '<');
  };
  EXPECT(tags(report.html) == tags(render_report(plain).html));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto address = EmailAddress::parse("a@example.com");
  const auto to = Mailbox::parse(text).value_or(Mailbox{HeaderValue::cleaned(text).str(), *address});
  const std::string head =
      write_head({Mailbox{"", *address}, to, HeaderValue::cleaned(text), Instant{}, "r.d@example.com", to.address});
  EXPECT(is_clean(head, !to.address.is_ascii()));
  EXPECT(headers(head) == 8);  // From, To, Subject, Date, Message-ID, Auto-Submitted, List-Unsubscribe, X-Auto-Response-Suppress

  StringSink body;
  write_body({text, text, {}, "seed"}, body);
  EXPECT(is_clean(body.text));
  // A hundred times slower than the rest, so for few inputs: chosen by a hash, since a fuzzer would learn any simpler sign of
  // them.
  if (std::hash<std::string>()(text) % 64 == 0) check_templates(text);
  return 0;
}
