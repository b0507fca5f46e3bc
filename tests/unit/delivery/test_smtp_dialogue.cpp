// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <initializer_list>

#include "smtp_dialogue.hpp"

using namespace reportctl::delivery;

namespace {

Dialogue after(Dialogue::Plan plan, std::initializer_list<const char*> lines) {
  Dialogue dialogue(plan);
  dialogue.connected();
  for (const char* line : lines) dialogue.line(std::string(line) + "\r\n");
  return dialogue;
}

}  // namespace

TEST_CASE("a whole dialogue with STARTTLS and login goes through its phases") {
  Dialogue dialogue({true, true});
  CHECK(dialogue.phase() == Phase::connect);
  dialogue.connected();
  const std::pair<const char*, Phase> steps[] = {
      {"220 hello\r\n", Phase::hello}, {"250-mx\r\n", Phase::hello},     {"250 STARTTLS\r\n", Phase::starttls},
      {"220 go\r\n", Phase::hello},    {"250-mx\r\n", Phase::hello},     {"250 AUTH PLAIN\r\n", Phase::auth},
      {"334 \r\n", Phase::auth},       {"235 welcome\r\n", Phase::mail}, {"250 ok\r\n", Phase::recipient},
      {"250 ok\r\n", Phase::data},     {"354 go\r\n", Phase::content}};
  for (const auto& [line, phase] : steps) {
    CAPTURE(std::string(line));
    dialogue.line(line);
    CHECK(dialogue.phase() == phase);
    CHECK(dialogue.code() == 0);
  }
  dialogue.line("250 2.0.0 queued\r\n");
  CHECK(dialogue.phase() == Phase::content);
  CHECK(dialogue.code() == 250);
  CHECK(dialogue.words() == "250 2.0.0 queued");
  CHECK(dialogue.may_send());
  dialogue.next_letter();
  CHECK(dialogue.phase() == Phase::mail);
  CHECK(dialogue.code() == 0);
  CHECK(dialogue.may_send());
}

TEST_CASE("AUTH that was offered before STARTTLS does not count, nor does a spelling that libcurl does not read") {
  CHECK(after({true, true}, {"220 x", "250-mx", "250-AUTH PLAIN", "250 STARTTLS", "220 go", "250 mx"}).login_is_impossible());
  CHECK(after({false, true}, {"220 x", "250-mx", "250 auth PLAIN"}).login_is_impossible());
  CHECK(after({false, true}, {"220 x", "250-mx", "250 AUTH=PLAIN"}).login_is_impossible());
  CHECK_FALSE(after({false, true}, {"220 x", "250-mx", "250 AUTH PLAIN"}).login_is_impossible());
  CHECK_FALSE(after({false, false}, {"220 x", "250 mx"}).login_is_impossible());
  CHECK_FALSE(after({true, true}, {"220 x", "250-mx", "250-AUTH PLAIN"}).login_is_impossible());  // not answered yet
}

TEST_CASE("without the login nothing may be sent") {
  CHECK_FALSE(after({false, true}, {"220 x", "250 AUTH PLAIN"}).may_send());
  CHECK_FALSE(after({false, true}, {"220 x", "250 AUTH PLAIN", "535 no"}).may_send());
  CHECK(after({false, true}, {"220 x", "250 AUTH PLAIN", "235 yes"}).may_send());
}

TEST_CASE("a reply counts when its last line is there") {
  Dialogue dialogue = after({}, {"220 x", "250 mx"});
  dialogue.line("550-first\r\n");
  CHECK(dialogue.code() == 0);
  dialogue.line("not a reply\r\n");
  dialogue.line("\r\n");
  dialogue.line("55\r\n");
  CHECK(dialogue.code() == 0);
  dialogue.line("550 second\r\n");
  CHECK(dialogue.code() == 550);
  CHECK(dialogue.words() == "550-first 550 second");
}

TEST_CASE("after a refusal, what the server says to QUIT changes nothing") {
  Dialogue dialogue = after({}, {"220 x", "250 mx", "250 ok", "550 no such user", "221 bye"});
  CHECK(dialogue.is_over());
  CHECK(dialogue.phase() == Phase::recipient);
  CHECK(dialogue.code() == 550);
  dialogue.connected();
  CHECK_FALSE(dialogue.is_over());
  CHECK(dialogue.phase() == Phase::greeting);
}

TEST_CASE("SIZE is read from EHLO, and zero or nonsense is no limit") {
  CHECK(after({}, {"220 x", "250-mx", "250 SIZE 35882577"}).size_limit() == 35882577U);
  CHECK_FALSE(after({}, {"220 x", "250-mx", "250 SIZE 0"}).size_limit().has_value());
  CHECK_FALSE(after({}, {"220 x", "250-mx", "250 SIZE"}).size_limit().has_value());
  CHECK_FALSE(after({}, {"220 x", "250-mx", "250 SIZE 99999999999999999999"}).size_limit().has_value());
  CHECK_FALSE(after({}, {"220 x", "250-mx", "250 SIZE -5"}).size_limit().has_value());
  CHECK_FALSE(after({}, {"220 x", "250 SIZE 5"}).size_limit().has_value());  // the first line is the server's name
}

TEST_CASE("a letter that was given up in the middle is taken back by RSET before the next one") {
  for (const char* no : {"550 no such user", "451 greylisted"}) {
    Dialogue dialogue = after({}, {"220 x", "250 mx", "250 ok", no});
    dialogue.next_letter();
    CHECK(dialogue.phase() == Phase::reset);
    CHECK_FALSE(dialogue.has_answered(Phase::reset));
    dialogue.line("250 flushed\r\n");
    CHECK(dialogue.has_answered(Phase::reset));
    CHECK(dialogue.phase() == Phase::mail);
  }
  Dialogue refused_sender = after({}, {"220 x", "250 mx", "450 not now"});
  refused_sender.next_letter();
  CHECK(refused_sender.phase() == Phase::mail);
}

TEST_CASE("SMTPUTF8, SIZE and the ways to log in are read from the EHLO that counts") {
  const auto dialogue = after({true, true}, {"220 x", "250-mx", "250-SMTPUTF8", "250-AUTH CRAM-MD5", "250 STARTTLS", "220 go",
                                             "250-mx", "250-size", "250 AUTH PLAIN LOGIN"});
  CHECK_FALSE(dialogue.takes_utf8());
  CHECK(dialogue.takes_size());
  CHECK(dialogue.mechanisms() == "PLAIN LOGIN");
  CHECK(after({}, {"220 x", "250-mx", "250 SMTPUTF8"}).takes_utf8());
}

TEST_CASE("a refused EHLO leaves room for HELO, a 421 does not") {
  Dialogue dialogue = after({}, {"220 x", "502 what"});
  CHECK_FALSE(dialogue.is_over());
  CHECK(dialogue.code() == 502);
  dialogue.line("250 mx\r\n");
  CHECK(dialogue.phase() == Phase::mail);
  CHECK(after({}, {"220 x", "421 closing"}).is_over());
}
