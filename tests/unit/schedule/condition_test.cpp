// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/schedule/condition.hpp"
#include "reportctl/schedule/schedule.hpp"

using namespace reportctl::schedule;

namespace {

std::string canonical(std::string_view text) {
  std::string problem;
  const auto condition = Condition::parse(text, problem);
  return condition ? condition->str() : "no: " + problem;
}

}  // namespace

TEST_CASE("conditions are read as people write them and written in one way") {
  CHECK(canonical("count>10") == "count > 10");
  CHECK(canonical("  COUNT  <>  0 ") == "count != 0");
  CHECK(canonical("count == 3") == "count = 3");
  CHECK(canonical("total( Amount )<1000.50 eur") == "total(amount) < 1000.50 EUR");
  CHECK(canonical("ratio(a,b) >= 5 %") == "ratio(a,b) >= 5");
  CHECK(canonical("minimum(x) > -0.05") == "minimum(x) > -0.05");
  CHECK(canonical("maximum(stay) > 90m") == "maximum(stay) > 1h30m");
  CHECK(canonical("change(count) <= -20%") == "change(count) <= -20");
  CHECK(canonical("change(total(amount), chf) > 12.5") == "change(total(amount), CHF) > 12.5");
  CHECK(canonical("change(ratio(a, b)) > 1") == "change(ratio(a,b)) > 1");
  CHECK(canonical("Changed") == "changed");
  CHECK(canonical("changed OR count > 10 or average(band) < 2") == "changed or count > 10 or average(band) < 2");
  CHECK(canonical("count > 1 and average(order) < 2") == "count > 1 and average(order) < 2");
  CHECK(canonical("always") == "");
  CHECK_FALSE(Condition::parse("always")->given());
}

TEST_CASE("what is no condition is refused with a reason") {
  CHECK(canonical("") == "no: there is a term missing");
  CHECK(canonical("count") == "no: \"count\" compares nothing");
  CHECK(canonical("count > ") == "no: \"\" is not a number to compare count with");
  CHECK(canonical("count > many") == "no: \"many\" is not a number to compare count with");
  CHECK(canonical("count > 1.2.3") == "no: \"1.2.3\" is not a number to compare count with");
  CHECK(canonical("count > 99999999999999999999") == "no: \"99999999999999999999\" is not a number to compare count with");
  CHECK(canonical("count > 0.1234567890") == "no: \"0.1234567890\" is not a number to compare count with");
  CHECK(canonical("count > 10 and") == "no: there is a term missing");
  CHECK(canonical("count > 1 and count < 9 or changed") == "no: terms are joined all by \"and\" or all by \"or\"");
  CHECK(canonical("> 10") == "no: \"> 10\" is not a comparison");
  CHECK(canonical("count ! 10") == "no: \"count ! 10\" is not a comparison");
  CHECK(canonical("change(total(x), 7) > 1") == "no: \"change(total(x), 7) > 1\" is not a comparison");
  CHECK(canonical("change(count) > 5 EUR") == "no: \"5 EUR\" is not a number to compare change(count) with");
  CHECK(canonical("total(x) > 5 E\x1bU") == "no: \"5 E\\x1bU\" is not a number to compare total(x) with");
  std::string many = "changed";
  for (int i = 0; i < 10; ++i) many += " or changed";
  CHECK(canonical(many) == "no: there are more than 10 terms");
}

TEST_CASE("numbers keep their digits") {
  const auto term = Condition::parse("total(x) < 1000.50 EUR")->terms.at(0);
  CHECK(term.number == 100050);
  CHECK(term.scale == 2);
  CHECK(term.currency == "EUR");
  CHECK(Condition::parse("x > -0.05")->terms.at(0).number == -5);
  CHECK(Condition::parse("x > 1h30m")->terms.at(0).number == 5400);
}

TEST_CASE("how often a condition is told") {
  CHECK(Again::parse("every")->str() == "");
  CHECK(Again::parse("Once")->str() == "once");
  CHECK(Again::parse("1440m")->str() == "24h");
  CHECK(Again::parse("36h")->str() == "36h");
  for (const char* wrong : {"", "never", "24", "0h", "-1h"}) CHECK_FALSE(Again::parse(wrong));
}

TEST_CASE("a question stays the same while rows, columns and condition do") {
  Definition one;
  one.report = "sales";
  one.send = *Condition::parse("count > 10");
  auto other = one;
  other.name = "other";
  other.format = "pdf";
  other.again = *Again::parse("once");
  CHECK(same_question(one, other));
  other.send = *Condition::parse("count > 11");
  CHECK_FALSE(same_question(one, other));
  other = one;
  other.columns = {"a"};
  CHECK_FALSE(same_question(one, other));
  other = one;
  other.parameters["store"] = {"s1"};
  CHECK_FALSE(same_question(one, other));
  other = one;
  other.scope = *Scope::parse("depot:north");
  CHECK_FALSE(same_question(one, other));
}
