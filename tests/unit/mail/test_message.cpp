// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "parsed_mail.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/mail/message.hpp"

using namespace reportctl;
using namespace reportctl::mail;
using reportctl::testing::parsed;

namespace {

EmailAddress address(const char* text) { return *EmailAddress::parse(text); }

Envelope envelope(const char* subject = "Sales") {
  return {*Mailbox::parse("Reports <reports@example.com>"),
          *Mailbox::parse("Site Lead <lead@example.com>"),
          *HeaderValue::parse(subject),
          Instant{std::chrono::seconds(1774000000)},  // date -u -d @1774000000: Fri Mar 20 09:46:40 2026
          "8f3a.d1@example.com",
          std::nullopt};
}

TempFile spool(std::string_view text) {
  TempFile file = TempFile::create("/tmp");
  file.write(text);
  return file;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string body(const Content& content) {
  StringSink sink;
  write_body(content, sink);
  return sink.text;
}

Content with_attachment(const TempFile& file, const std::string& name = "sales_2026-03.csv") {
  return {"Plain words.\n", "<p>Words</p>\n", {Attachment{name, "text/csv; charset=utf-8", file.fd()}}, "run-1"};
}

/// What no message may have: a bare CR or LF, an 8-bit byte or NUL, a line over 998.
std::string flaw(const std::string& bytes) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c == 0 || c >= 0x80) return "byte " + std::to_string(c) + " at " + std::to_string(i);
    if (c == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) return "bare CR at " + std::to_string(i);
    if (c == '\n' && (i == 0 || bytes[i - 1] != '\r')) return "bare LF at " + std::to_string(i);
    line = c == '\n' ? 0 : line + 1;
    if (line > 999) return "long line at " + std::to_string(i);
  }
  return bytes.ends_with("\r\n") ? "" : "no line end at the end";
}

}  // namespace

TEST_CASE("head and body are the whole message, in order") {
  const TempFile file = spool("a,b\n1,2\n");
  const std::string head = write_head(envelope());
  CHECK(head ==
        "From: Reports <reports@example.com>\r\n"
        "To: Site Lead <lead@example.com>\r\n"
        "Subject: Sales\r\n"
        "Date: Fri, 20 Mar 2026 09:46:40 +0000\r\n"
        "Message-ID: <8f3a.d1@example.com>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: OOF, AutoReply\r\n");
  CHECK(body(with_attachment(file)).starts_with("MIME-Version: 1.0\r\nContent-Type: multipart/mixed;"));
}

TEST_CASE("HTML with images is multipart/related inside the alternative, and their bytes arrive") {
  const TempFile file = spool("a,b\n1,2\n");
  Content content = with_attachment(file);
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(i * 7));
  content.images = {{content_id("chart", "run-1"), "image/png", "chart.png", bytes}};
  const std::string mail = body(content);
  CHECK(flaw(mail).empty());
  CHECK(mail == body(content));
  const std::size_t alternative = mail.find("multipart/alternative");
  const std::size_t related = mail.find("multipart/related");
  CHECK(alternative < related);
  CHECK(related < mail.find("text/html; charset"));
  CHECK(mail.find("Content-Id: <chart.run-1@reportctl>") != std::string::npos);
  CHECK(mail.find("Content-Disposition: inline; filename=chart.png") != std::string::npos);
  CHECK(mail.find("type=\"text/html\"") != std::string::npos);
}

TEST_CASE("composing twice gives the same bytes, another run other boundaries") {
  const TempFile file = spool("a,b\n1,2\n");
  Content content = with_attachment(file);
  const std::string first = body(content);
  CHECK(body(content) == first);
  CHECK(write_head(envelope()) == write_head(envelope()));
  content.boundary_seed = "run-2";
  CHECK(body(content) != first);
}

TEST_CASE("another mail program reads back what was written: parts, texts, attachment") {
  const std::string data("id,name\n1,J\xc3\xbcrgen\n\0\r\r\n.\n", 24);
  const TempFile file = spool(data);
  Content content = with_attachment(file);
  content.text = "Ums\xc3\xa4tze \xe2\x82\xac 12\nFrom here on\n.\nend \n" + std::string(2000, 'x') + "\n";
  content.html = "<p>\xe6\x97\xa5\xe6\x9c\xac = &amp; </p>\n";
  const std::string message = write_head(envelope()) + body(content);
  CHECK(flaw(message) == "");
  const auto seen = parsed(message);
  CHECK(seen["defects"].empty());
  CHECK(seen["types"] == nlohmann::json({"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"}));
  CHECK(seen["text"] == content.text);
  CHECK(seen["html"] == content.html);
  CHECK((seen["attachment"].get<std::vector<unsigned char>>() == std::vector<unsigned char>(data.begin(), data.end())));
  CHECK(seen["file_name"] == "sales_2026-03.csv");
  CHECK(seen["headers"]["Message-ID"] == nlohmann::json({"<8f3a.d1@example.com>"}));
  for (const auto& [name, values] : seen["headers"].items()) {
    CAPTURE(name);
    CHECK(values.size() == 1);
  }
}

TEST_CASE("names, subjects and file names of any script survive") {
  const std::pair<const char*, const char*> names[] = {
      {"J\xc3\xbcrgen M\xc3\xbcller", "lead@example.com"},
      {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xac\xe3\x83\x9d\xe3\x83\xbc\xe3\x83\x88", "lead@example.com"},
      {"\xd8\xaa\xd9\x82\xd8\xb1\xd9\x8a\xd8\xb1 \xf0\x9f\x93\x8a", "lead@example.com"},
      {"Lead, Site (North) \"Boss\" \\o/ <x@y>", "lead@example.com"},
  };
  for (const auto& [name, mail] : names) {
    CAPTURE(std::string(name));
    Envelope each = envelope();
    each.to = Mailbox{name, address(mail)};
    each.subject = *HeaderValue::parse(std::string(name) + " \xe2\x80\x93 2026-03 =?utf-8?q?no?=");
    const TempFile file = spool("x\n");
    const std::string message = write_head(each) + body(with_attachment(file, std::string(name) + ".csv"));
    CHECK(flaw(message) == "");
    const auto seen = parsed(message);
    CHECK(seen["to"] == nlohmann::json::array({nlohmann::json::array({name, mail})}));
    CHECK(seen["file_name"] == std::string(name) + ".csv");
    CHECK(seen["types"].size() == 5);
  }
}

TEST_CASE("subjects of any length are folded, and come back whole") {
  for (const std::string& subject : {std::string(950, 'x'), std::string("word ") + std::string(400, 'y') + " end", [] {
                                       std::string text;
                                       while (text.size() < 900) text += "\xc3\xa4\xe2\x82\xac w\xc3\xb6rter ";
                                       return text + "end";
                                     }()}) {
    Envelope each = envelope();
    each.subject = HeaderValue::cleaned(subject);
    const std::string head = write_head(each);
    CHECK(flaw(head) == "");
    CHECK(parsed(head + "\r\nx\r\n")["subject"] == subject);
  }
}

TEST_CASE("encoded words have at most 75 characters, and their lines at most 76") {
  std::string kanji;
  for (int i = 0; i < 60; ++i) kanji += "\u58f2\u4e0a\u5831\u544a\u66f8";
  Envelope each = envelope();
  each.to.display = kanji.substr(0, 90);
  for (const std::string& subject : {kanji, std::string("Sales \u2013 2026-03-16"), "J\u00fcrgen " + std::string(200, 'x')}) {
    each.subject = HeaderValue::cleaned(subject);
    const std::string head = write_head(each);
    std::size_t line = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
      line = head[i] == '\n' ? 0 : line + 1;
      CHECK(line <= 77);  // with its CR
      if (head.compare(i, 2, "=?") == 0 && head.compare(i, 8, "=?UTF-8?") == 0) CHECK(head.find("?=", i + 10) + 2 - i <= 75);
    }
    CHECK(parsed(head + "\r\nx\r\n")["subject"] == HeaderValue::cleaned(subject).str());
    CHECK(parsed(head + "\r\nx\r\n")["to_text"] == each.to.display + " <lead@example.com>");
  }
  each.subject = HeaderValue::cleaned("Sales \u2013 2026-03-16");
  CHECK(contains(write_head(each), "\r\nSubject: =?UTF-8?Q?Sales_=E2=80=93_2026-03-16?=\r\n"));  // by RFC 2047
}

TEST_CASE("a long name of a file stands whole beside the pieces that some programs do not read") {
  const TempFile file = spool("x\n");
  const std::string name = "circuit-capacity-overview_southern-cross-coaches-group_2026-11-21_2026-11-27.csv";
  const std::string message = write_head(envelope()) + body(with_attachment(file, name));
  CHECK(flaw(message) == "");
  CHECK(message.find("\r\n\tname=\"" + name + "\"\r\nContent-Disposition: attachment;\r\n\tfilename*0*=UTF-8''") !=
        std::string::npos);
  CHECK(parsed(message)["file_name"] == name);
}

TEST_CASE("an address without a name stands in angle brackets, and one that needs quotes keeps them") {
  Envelope each = envelope();
  each.to = *Mailbox::parse("ann@example.com");
  CHECK(contains(write_head(each), "\r\nTo: <ann@example.com>\r\n"));
  each.to = *Mailbox::parse("\"Lead, Site\" <\"john doe\"@example.com>");
  CHECK(contains(write_head(each), "\r\nTo: \"Lead, Site\" <\"john doe\"@example.com>\r\n"));
  CHECK(parsed(write_head(each) + "\r\nx\r\n")["to"] ==
        nlohmann::json::array({nlohmann::json::array({"Lead, Site", "\"john doe\"@example.com"})}));
}

TEST_CASE("nothing that a type lets through can add a header") {
  CHECK_FALSE(HeaderValue::parse("a\r\nBcc: x@y.example").has_value());
  CHECK_FALSE(EmailAddress::parse("a@b.example>\r\nRCPT TO:<c@d.example").has_value());
  Envelope each = envelope();
  each.subject = HeaderValue::cleaned("a\r\nBcc: x@y.example\r\n\r\nbody");
  each.to.display = "x\r\nBcc: z@y.example";
  const TempFile file = spool("x\n");
  Content content = with_attachment(file, "x\r\nX-Evil: 1.csv");
  content.attachments.front().content_type = "text/csv\r\nX-Evil: 2";
  content.text = "a\r\rb\r\nc";
  const std::string message = write_head(each) + body(content);
  CHECK(flaw(message) == "");
  CHECK(message.find("\r\nBcc:") == std::string::npos);
  CHECK(message.find("\r\nX-Evil:") == std::string::npos);
  CHECK(parsed(message)["text"] == "a\n\nb\nc\n");
}

TEST_CASE("text that is not UTF-8 is repaired, and NUL does not end it") {
  const std::string text("a\xff\xfe\0z\n", 6);
  const std::string message = write_head(envelope()) + body({text, "", {}, "run"});
  CHECK(flaw(message) == "");
  CHECK(parsed(message)["text"] == std::string("a\xef\xbf\xbd\xef\xbf\xbd\0z\n", 10));
}

TEST_CASE("without an attachment or HTML the message is as simple as it can be") {
  CHECK(parsed(write_head(envelope()) + body({"x\n", "", {}, "r"}))["types"] == nlohmann::json({"text/plain"}));
  CHECK(parsed(write_head(envelope()) + body({"x\n", "<p>x</p>", {}, "r"}))["types"] ==
        nlohmann::json({"multipart/alternative", "text/plain", "text/html"}));
  const TempFile file = spool("");
  const auto empty = parsed(write_head(envelope()) + body({"x\n", "", {Attachment{"empty.csv", "text/csv", file.fd()}}, "r"}));
  CHECK(empty["types"] == nlohmann::json({"multipart/mixed", "text/plain", "text/csv"}));
  CHECK(empty["attachment"].empty());
}

TEST_CASE("List-Unsubscribe is a mailto url") {
  Envelope each = envelope();
  each.list_unsubscribe = address("un+sub&all@example.com");
  CHECK(write_head(each).find("\r\nList-Unsubscribe: <mailto:un+sub%26all@example.com>\r\n") != std::string::npos);
  each.unsubscribe_token = unsubscribe_token("0123456789abcdef.fedcba9876543210.2@example.com");
  const auto head = write_head(each);
  const auto at = head.find("List-Unsubscribe:");
  REQUIRE(at != std::string::npos);
  std::string line = head.substr(at, head.find("\r\nX-", at) - at);
  line.erase(std::remove_if(line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }), line.end());
  CHECK(line == "List-Unsubscribe: <mailto:un+sub%26all@example.com?subject=unsubscribe%20fedcba9876543210>");
  CHECK(unsubscribe_token("run.delivery@example.com") == "delivery");
  CHECK(unsubscribe_token("someone@example.com").empty());
  CHECK(unsubscribe_token("").empty());
}

TEST_CASE("the id of a message is derived from run and delivery") {
  CHECK(message_id("8f3a", "d1", address("reports@Example.COM")) == "8f3a.d1@example.com");
}

TEST_CASE("an attachment is read from its first byte, wherever its descriptor stands") {
  TempFile file = spool("a,b\n1,2\n");
  const std::string first = body(with_attachment(file));
  char c = 0;
  REQUIRE(::pread(file.fd(), &c, 1, 3) == 1);
  REQUIRE(::lseek(file.fd(), 5, SEEK_SET) == 5);
  CHECK(body(with_attachment(file)) == first);
}

TEST_CASE("a full spool and an unreadable attachment are errors, not short messages") {
  struct Full : Sink {
    std::size_t room = 100000;
    void write(std::string_view bytes) override {
      if (bytes.size() > room) throw Error(ErrorKind::output, "disk full");
      room -= bytes.size();
    }
  } full;
  const TempFile file = spool(std::string(1 << 20, 'x'));
  CHECK_THROWS_WITH_AS(write_body(with_attachment(file), full), "disk full", Error);
  // A closed descriptor, a folder, and a file that lets itself be opened but not read (its first page is not mapped).
  const Fd folder(::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Fd unmapped(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  for (const int fd : {-1, folder.get(), unmapped.get()}) {
    Content unreadable = with_attachment(file);
    unreadable.attachments.front().fd = fd;
    StringSink sink;
    CHECK_THROWS_AS(write_body(unreadable, sink), Error);
  }
}

TEST_CASE("a file of ASCII text can be read in the message and comes back byte for byte; others are base64") {
  // Encoded by hand, by RFC 2045 6.7.
  const std::string rows = "a;b\nFrom here;1 \r\n.x;=\t\n" + std::string(74, 'y') + "From z";
  const TempFile file = spool(rows);
  const auto message = body(with_attachment(file));
  CHECK(contains(message,
                 "Content-Transfer-Encoding: quoted-printable\r\n\r\na;b=0A=\r\n=46rom here;1 =0D=0A=\r\n=2Ex;=3D\t=0A=\r\n" +
                     std::string(74, 'y') + "F=\r\nrom z\r\n--=_"));
  CHECK_FALSE(contains(message, "base64"));
  CHECK(contains(body(with_attachment(spool("größe\n"))), "Content-Transfer-Encoding: base64"));
  CHECK(contains(body(with_attachment(spool(std::string("a\0b", 3)))), "Content-Transfer-Encoding: base64"));
}

TEST_CASE("no line of the text begins with From or a dot, which mailboxes and servers would change") {
  Content content;
  content.text = "From the kitchen\n.hidden\n>From\n" + std::string(75, 'x') + "From here\ntrailing \n";
  const auto message = body(content);
  CHECK(contains(message, "=46rom the kitchen\r\n=2Ehidden\r\n>From\r\n"));
  CHECK(contains(message, "x=\r\n=46rom here\r\ntrailing=20\r\n"));
}

TEST_CASE("a 25 MB attachment takes constant memory") {
  TempFile file = TempFile::create("/tmp");
  const std::string block(1 << 20, 'q');
  for (int i = 0; i < 25; ++i) file.write(block);
  TempFile out = TempFile::create("/tmp");
  const auto peak = [] {  // KB
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    throw std::runtime_error("no VmHWM");
  };
  write_body(with_attachment(spool("warm up")), out);
  const long before = peak();
  write_body(with_attachment(file), out);
  CHECK(peak() - before < 2048);
  CHECK(out.size() > 25U * (1 << 20));
}

TEST_CASE("several files travel in one message, in their order") {
  const TempFile csv = spool("a,b\n1,2\n"), pdf = spool("%PDF-1.7\n\x80");
  Content content = with_attachment(csv, "sales.csv");
  content.attachments.push_back({"sales.pdf", "application/pdf", pdf.fd()});
  const std::string message = body(content);
  CHECK(flaw(message).empty());
  const auto first = message.find("filename=sales.csv"), second = message.find("filename=sales.pdf");
  REQUIRE(first != std::string::npos);
  REQUIRE(second != std::string::npos);
  CHECK(first < second);
  CHECK(message.find("JVBERi0xLjcKgA==") > second);  // base64 of the second
}
