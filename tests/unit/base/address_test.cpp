// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/address.hpp"
#include "reportctl/base/domains.hpp"

#include <doctest/doctest.h>

#include <clocale>

using namespace reportctl;
using std::string_literals::operator""s;

namespace {
std::string a63() { return std::string(63, 'a'); }
}  // namespace

TEST_CASE("domains are compared as addresses are, in any case and in any script") {
  const auto ann = EmailAddress::parse("ann@bücher.example").value();
  CHECK(is_in_domains(ann, {}));
  CHECK(is_in_domains(ann, {"example.com", " BÜCHER.example"}));
  CHECK(is_in_domains(ann, {"xn--bcher-kva.example"}));
  CHECK_FALSE(is_in_domains(ann, {"example"}));
  CHECK_FALSE(is_in_domains(ann, {"sub.bücher.example", "no domain"}));
}

TEST_CASE("addresses that every server takes") {
  struct Case {
    std::string text, stored;
  };
  // IDN: bücher by RFC 3492's reference; faß keeps its ß under nontransitional UTS 46 (Unicode's conformance table).
  const Case cases[] = {
      {"ops@example.com", "ops@example.com"},
      {"Ops.Team+north@EXAMPLE.Com", "Ops.Team+north@example.com"},
      {"a@b.co", "a@b.co"},
      {"müller@example.com", "müller@example.com"},
      {"\"john doe\"@Example.com", "\"john doe\"@example.com"},
      {"\"john.doe\"@example.com", "john.doe@example.com"},
      {R"("j\ohn\"s \\ @ home"@example.com)", R"("john\"s \\ @ home"@example.com)"},
      {"root", "root@localhost"},
      {"ann@LOCALHOST", "ann@localhost"},
      {"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"},
      {"o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"},
      {"1@1.example", "1@1.example"},
      {"x@1-2.example", "x@1-2.example"},
      {"lead@bücher.example", "lead@xn--bcher-kva.example"},
      {"lead@BÜCHER.example", "lead@xn--bcher-kva.example"},
      {"lead@faß.example", "lead@xn--fa-hia.example"},
      {"lead@bücher。example", "lead@xn--bcher-kva.example"},
      {"lead@xn--bcher-kva.example", "lead@xn--bcher-kva.example"},
      {"lead@XN--BCHER-KVA.example", "lead@xn--bcher-kva.example"},
      {std::string(64, 'x') + "@example.com", std::string(64, 'x') + "@example.com"},
      {"x@" + a63() + ".example", "x@" + a63() + ".example"},
      {"x@" + a63() + "." + a63() + "." + a63() + "." + std::string(60, 'b'),
       "x@" + a63() + "." + a63() + "." + a63() + "." + std::string(60, 'b')},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    std::string why;
    const auto address = EmailAddress::parse(c.text, &why);
    REQUIRE_MESSAGE(address.has_value(), why);
    CHECK(address->str() == c.stored);
    CHECK(EmailAddress::parse(address->str()) == address);
  }
}

TEST_CASE("what is no such address is refused with a reason") {
  struct Case {
    std::string text, why;
  };
  const Case cases[] = {
      {"", "empty"},
      {"plain", "no @"},
      {"a@b@example.com", "more than one @"},
      {"@example.com", "nothing before the @"},
      {"a@", "nothing after the @"},
      {"a@intranet", "the domain needs at least two parts, like example.com"},
      {"a@localhost.", "a dot in the domain must stand between names"},
      {"Root", "no @"},
      {"a@.example.com", "a dot in the domain must stand between names"},
      {"a@example.com.", "a dot in the domain must stand between names"},
      {"a@example..com", "a dot in the domain must stand between names"},
      {".a@example.com", "a dot before the @ must stand between other characters"},
      {"a.@example.com", "a dot before the @ must stand between other characters"},
      {"a..b@example.com", "a dot before the @ must stand between other characters"},
      {"\"\"@example.com", "nothing before the @"},
      {"\"a\"b\"@example.com", "a quotation mark within quotes needs a backslash"},
      {"\"a\\\"@example.com", "a quotation mark within quotes needs a backslash"},
      {"\"a b@example.com", "the character '\"' may not stand before the @ without quotes"},
      {"\"a<b\"@example.com", "the characters '<' and '>' may not stand before the @"},
      {"a(comment)@example.com", "the character '(' may not stand before the @ without quotes"},
      {"a b@example.com", "the character ' ' may not stand before the @ without quotes"},
      {"a,b@example.com", "the character ',' may not stand before the @ without quotes"},
      {"<a@example.com>", "the character '<' may not stand before the @ without quotes"},
      {"a@[127.0.0.1]", "an address literal ([…]) is not accepted; write a domain"},
      {"a@127.0.0.1", "the domain is a number; write a name"},
      {"a@exam_ple.com", "the character '_' may not stand in a domain"},
      {"a@exam ple.com", "the character ' ' may not stand in a domain"},
      {"a@-example.com", "a part of the domain begins or ends with a hyphen"},
      {"a@example-.com", "a part of the domain begins or ends with a hyphen"},
      {"a@example.com>", "the character '>' may not stand in a domain"},
      {"a@example.com,b", "the character ',' may not stand in a domain"},
      {"a\r\nRCPT TO:<x@example.com>", "contains a control character"},
      {"a@example.com\r\n", "contains a control character"},
      {"a@example.com\n", "contains a control character"},
      {"a\0b@example.com"s, "contains a control character"},
      {"a@example.com\0.evil"s, "contains a control character"},
      {"a\t@example.com", "contains a control character"},
      {"a\x7f@example.com", "contains a control character"},
      {"a@ex\xFF.com", "not valid UTF-8"},
      {std::string(65, 'x') + "@example.com", "more than 64 characters before the @"},
      {"x@" + std::string(64, 'a') + ".example", "a part of the domain is longer than 63 characters"},
      {"x@" + a63() + "." + a63() + "." + a63() + "." + std::string(61, 'b'), "longer than 254 characters"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    std::string why;
    CHECK_FALSE(EmailAddress::parse(c.text, &why).has_value());
    CHECK(why == c.why);
    CHECK_FALSE(EmailAddress::parse(c.text).has_value());
  }
}

TEST_CASE("domains that IDNA forbids are refused") {
  for (const std::string text : {"a@xn--a.example", "a@xn--.example", "a@xn--bcher-kva-.example", "a@bücher..example",
                                 "a@\u2028.example", "a@ex\u00adample\u202e.com", "a@☃.\u0301x", "a@bü_cher.example", "a@bücher",
                                 "a@bücher\u3002", "a@ａ＠b.example", "a@bücher.１２７", "a@xn--bcher-kvb.xn--x"}) {
    CAPTURE(text);
    std::string why;
    const auto address = EmailAddress::parse(text, &why);
    CHECK_FALSE(address.has_value());
    CHECK_FALSE(why.empty());
  }
}

TEST_CASE("the form of an international domain does not depend on the locale") {
  std::setlocale(LC_ALL, "C");
  CHECK(EmailAddress::parse("a@bücher.example")->domain() == "xn--bcher-kva.example");
  std::setlocale(LC_ALL, "C.UTF-8");
  CHECK(EmailAddress::parse("a@bücher.example")->domain() == "xn--bcher-kva.example");
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("the same recipient is the same local part at the same domain in any case") {
  CHECK(EmailAddress::parse("ops@Example.COM")->normalized() == EmailAddress::parse("ops@example.com")->normalized());
  CHECK(EmailAddress::parse("Ops@example.com")->normalized() != EmailAddress::parse("ops@example.com")->normalized());
  CHECK(EmailAddress::parse("Ops@Example.com")->local_part() == "Ops");
  CHECK(EmailAddress::parse("Ops@Example.com")->domain() == "example.com");
}

TEST_CASE("a mailbox is an address with or without a name, and comes back as written") {
  struct Case {
    std::string text, display, address, back;
  };
  const Case cases[] = {
      {"lead@example.com", "", "lead@example.com", "lead@example.com"},
      {"  lead@example.com ", "", "lead@example.com", "lead@example.com"},
      {"<lead@example.com>", "", "lead@example.com", "lead@example.com"},
      {"Site Lead <lead@example.com>", "Site Lead", "lead@example.com", "Site Lead <lead@example.com>"},
      {"Grüße 日本 <a@example.com>", "Grüße 日本", "a@example.com", "Grüße 日本 <a@example.com>"},
      {"\"Lead, Site\" <lead@example.com>", "Lead, Site", "lead@example.com", "\"Lead, Site\" <lead@example.com>"},
      {R"("a \"b\" \\ c" <lead@example.com>)", R"(a "b" \ c)", "lead@example.com", R"("a \"b\" \\ c" <lead@example.com>)"},
      {"a < b <lead@example.com>", "a < b", "lead@example.com", "\"a < b\" <lead@example.com>"},
      {"\" padded \" <lead@example.com>", " padded ", "lead@example.com", "\" padded \" <lead@example.com>"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    std::string why;
    const auto mailbox = Mailbox::parse(c.text, &why);
    REQUIRE_MESSAGE(mailbox.has_value(), why);
    CHECK(mailbox->display == c.display);
    CHECK(mailbox->address.str() == c.address);
    CHECK(mailbox->str() == c.back);
    CHECK(Mailbox::parse(mailbox->str()) == mailbox);
  }
  for (const std::string& text :
       {""s, " "s, "Name"s, "Name <>"s, "Name <a@example.com"s, "a@example.com>"s, "Name a@example.com"s,
        "N\r\nBcc: x <a@example.com>"s, "N\0 <a@example.com>"s, "N\u2028 <a@example.com>"s, "N <a@example.com\r\n>"s,
        "N\xFF <a@example.com>"s, "N < a@example.com>"s, "a@example.com <b@example.com> <c@"s,
        std::string(999, 'n') + " <a@example.com>"}) {
    CAPTURE(text);
    std::string why;
    CHECK_FALSE(Mailbox::parse(text, &why).has_value());
    CHECK_FALSE(why.empty());
  }
}

TEST_CASE("a list is divided at commas that stand between its mailboxes") {
  CHECK(split_mailboxes("a@x.example,b@x.example , \"Lead, Site\" <c@x.example>,,") ==
        std::vector<std::string>{"a@x.example", "b@x.example", "\"Lead, Site\" <c@x.example>"});
  CHECK(split_mailboxes(R"("a\",b" <d@x.example>, "x,y"@x.example)") ==
        std::vector<std::string>{R"("a\",b" <d@x.example>)", R"("x,y"@x.example)"});
  CHECK(split_mailboxes("").empty());
  CHECK_FALSE(EmailAddress::parse("a@x.example")->is_local());
  CHECK(EmailAddress::parse("root")->is_local());
}

TEST_CASE("nothing that could end a header's line becomes a header value") {
  CHECK(HeaderValue::parse("Sales für März — 日本")->str() == "Sales für März — 日本");
  CHECK(HeaderValue::parse("")->str().empty());
  CHECK(HeaderValue::parse(std::string(998, 'x')).has_value());
  for (const std::string& text : {"a\r\nBcc: x@example.com"s, "a\nb"s, "a\rb"s, "a\0b"s, "a\tb"s, "a\x1b"s, "a\x7f"s, "a\u2028b"s,
                                  "a\u2029b"s, "a\xFF"s, std::string(999, 'x')}) {
    CAPTURE(text);
    CHECK_FALSE(HeaderValue::parse(text).has_value());
    const HeaderValue cleaned = HeaderValue::cleaned(text);
    CHECK(HeaderValue::parse(cleaned.str()).has_value());
  }
  CHECK(HeaderValue::cleaned("a\r\nb\u2028c\u2029d").str() == "a  b c d");
  CHECK(HeaderValue::cleaned(std::string(997, 'x') + "é").str() == std::string(997, 'x'));
  CHECK(HeaderValue::cleaned(std::string(996, 'x') + "éz").str() == std::string(996, 'x') + "é");
}
