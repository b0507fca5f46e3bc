// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "terminal/completion.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "reportctl/base/error.hpp"
#include "reportctl/cli/session.hpp"

using namespace reportctl;
using namespace reportctl::cli;

namespace {

std::string completed(const Arguments& words) {
  Session session(Instant{});
  session.globals.state = "/nonexistent/state.db";
  return complete(session, words);
}

}  // namespace

TEST_CASE("commands, verbs and options complete from the parser's own tree") {
  CHECK(completed({"acc"}) == "account\n");
  CHECK(completed({"account", "s"}) == "show\n");
  CHECK(completed({"account", "add", "x", "--time"}) == "--timezone\n");
  CHECK(completed({"account", "add", "--js"}) == "--json\n");
  CHECK(completed({"help", "acc"}) == "account\n");
  CHECK(completed({"completion", ""}) == "bash\nfish\nzsh\n");
}

TEST_CASE("an option's value completes, also where the shell cuts at the equals sign") {
  CHECK(completed({"member", "add", "Ann", "--role", "ow"}) == "owner\n");
  CHECK(completed({"member", "add", "Ann", "--role", "=", "ow"}) == "owner\n");
  CHECK(completed({"status", "--output-format", "j"}) == "json\n");
}

TEST_CASE("reports complete without a state file, and what needs one offers nothing") {
  CHECK(completed({"run", "inv"}) == "inventory-valuation\n");
  CHECK(completed({"run", "sales", "--account", ""}).empty());
  CHECK(completed({"nonsense", "x"}).empty());
}

TEST_CASE("the installed scripts are those that the program prints") {
  const std::pair<const char*, const char*> kFiles[] = {{"bash", "/share/completions/reportctl.bash"},
                                                        {"zsh", "/share/completions/_reportctl"},
                                                        {"fish", "/share/completions/reportctl.fish"}};
  for (const auto& [shell, name] : kFiles) {
    std::ifstream file(std::string(REPORTCTL_ROOT) + name);
    CHECK_MESSAGE(std::string(std::istreambuf_iterator<char>(file), {}) == completion_script(shell), name);
  }
  CHECK_THROWS_AS(completion_script("tcsh"), Error);
}
