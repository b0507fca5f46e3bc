// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "terminal/command_line.hpp"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/cli/session.hpp"

using namespace reportctl;
using namespace reportctl::cli;

namespace {

/// What the program would say to these words: `message | hint`, help or version, or nothing when they parse.
std::string said(const Arguments& typed) {
  Session session(Instant{});
  const Arguments arguments = normalized(typed);
  try {
    const auto root = make_parser(session, chosen_command(arguments));
    const auto text = parse(*root, arguments);
    if (!text) CHECK(session.chosen);
    return text.value_or("");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return std::string(error.what()) + " | " + error.hint();
  }
}

bool starts(const std::string& text, const std::string& beginning) { return text.substr(0, beginning.size()) == beginning; }

}  // namespace

TEST_CASE("the command is the first word that is neither an option nor the value of a global one") {
  CHECK(chosen_command({"status"}) == "status");
  CHECK(chosen_command({"--json", "--config", "status", "account", "list"}) == "account");
  CHECK(chosen_command({"--state=x", "-q", "runs"}) == "runs");
  CHECK(chosen_command({"--help"}).empty());
  CHECK(chosen_command({}).empty());
}

TEST_CASE("help is asked for in three ways, and is no error") {
  const std::string help = said({"help", "account", "add"});
  CHECK(starts(help, "reportctl account add: "));
  CHECK(said({"account", "add", "--help"}) == help);
  CHECK(said({"account", "add", "-h"}) == help);
  CHECK(starts(said({}), "reportctl keeps report schedules"));
  CHECK(said({"help"}) == said({"--help"}));
  CHECK(starts(said({"--version"}), "reportctl "));
}

TEST_CASE("help helps with itself") { CHECK(said({"help", "help"}) == said({"--help"})); }

TEST_CASE("verbs of other tools are understood where a command has no such verb") {
  CHECK(said({"account", "ls"}).empty());
  CHECK(said({"schedule", "rm", "spend"}).empty());
  CHECK(said({"schedule", "delete", "spend", "--yes"}).empty());
  CHECK(said({"schedule", "disable", "spend"}).empty());
  CHECK(said({"audit", "verify"}).empty());
  CHECK(starts(said({"status", "ls"}), "unexpected argument \"ls\""));
  CHECK(starts(said({"webhook", "edit"}), "unknown subcommand \"edit\""));
  // a value is no verb
  CHECK(said({"runs", "--schedule", "rm", "list"}).find("rm") == std::string::npos);
}

TEST_CASE("options may be abbreviated as long as one is meant") {
  CHECK(said({"schedule", "list", "--acc", "shop", "--rep=sales"}).empty());
  CHECK(starts(said({"schedule", "list", "--a", "shop"}), "unknown option --a"));  // --account, --active, --as
  CHECK(starts(said({"schedule", "list", "--ac", "shop"}), "unknown option --ac"));
  CHECK(said({"status", "--out", "json"}).empty());
}

TEST_CASE("an unknown word gets a suggestion, and one line to do") {
  CHECK(said({"acount", "list"}) == "there is no command \"acount\" | did you mean \"account\"?");
  CHECK(said({"account", "lst"}) == "unknown subcommand \"lst\" of reportctl account | did you mean \"list\"?");
  CHECK(said({"account", "add", "x", "--timezne", "UTC"}) == "unknown option --timezne | did you mean --timezone?");
  CHECK(said({"account", "add", "x", "--timezne=UTC"}) == "unknown option --timezne | did you mean --timezone?");
  CHECK(said({"status", "--jsno"}) == "unknown option --jsno | did you mean --json?");
  CHECK(said({"status", "now"}) == "unexpected argument \"now\" | see reportctl status --help");
  CHECK(said({"account"}) == "reportctl account needs a verb | one of: add, edit, list, show, remove, move, receive");
}

TEST_CASE("what is missing or of the wrong kind is said in the words of the command line") {
  CHECK(starts(said({"account", "add"}), "ID is required | see reportctl account add --help"));
  CHECK(starts(said({"account", "add", "x", "--name"}), "--name needs a value"));
  CHECK(starts(said({"catalog", "choices", "r", "p", "--limit", "many"}), "--limit: \"many\" is not a number"));
}

TEST_CASE("global options stand before or after the command") {
  for (const Arguments& words :
       {Arguments{"--json", "--state", "/x", "status"}, Arguments{"status", "--state", "/x", "--json"}}) {
    Session session(Instant{});
    const auto root = make_parser(session, chosen_command(words));
    CHECK_FALSE(parse(*root, words));
    CHECK(session.globals.json);
    CHECK(session.globals.state == "/x");
  }
}

TEST_CASE("an empty value can be written, to clear a field") {
  CHECK(normalized({"member", "edit", "Ann", "--login="}) == Arguments{"member", "edit", "Ann", "--login", ""});
  CHECK(said({"member", "edit", "Ann", "--login="}).empty());
}

TEST_CASE("an option that may be repeated takes one value each time") {
  CHECK(said({"account", "add", "--feature", "a", "--feature", "b", "acme"}).empty());
  CHECK(said({"account", "add", "--feature", "a", "acme"}).empty());
}

TEST_CASE("an error knows before parsing whether it must speak JSON") {
  CHECK(asks_for_json({"status", "--json"}));
  CHECK(asks_for_json({"--output-format", "json", "x"}));
  CHECK(asks_for_json({"--output-format=json"}));
  CHECK_FALSE(asks_for_json({"--output-format", "csv"}));
}
