// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "terminal/help.hpp"

#include <doctest/doctest.h>

#include <utility>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "reportctl/base/text.hpp"
#include "reportctl/cli/commands.hpp"
#include "reportctl/cli/session.hpp"
#include "terminal/command_line.hpp"

using namespace reportctl;
using namespace reportctl::cli;

namespace {

constexpr std::size_t kScreen = 72;

void check_page(const std::string& name, const std::string& text) {
  CAPTURE(name);
  const std::vector<std::string> lines = split(text.substr(0, text.find_last_not_of('\n') + 1), '\n');
  CHECK(lines.size() <= kScreen);
  for (const std::string& line : lines) CHECK_MESSAGE(display_width(line) <= kHelpWidth, line);
  const std::size_t examples = text.find("\nExamples:\n");
  REQUIRE(examples != std::string::npos);
  CHECK(examples < text.find("\nUsage: "));
}

void check_tree(const CLI::App& app) {
  check_page(path_of(app), command_help(app));
  for (const CLI::App* verb : app.get_subcommands(std::function<bool(const CLI::App*)>())) check_tree(*verb);
}

}  // namespace

TEST_CASE("the help of every command and verb starts with examples and fits a screen") {
  Session session(Instant{});
  const auto root = make_parser(session, "");
  check_page("reportctl", program_help(*root));
  const auto all = std::as_const(*root).get_subcommands(std::function<bool(const CLI::App*)>());
  CHECK(all.size() == commands().size());
  for (const CLI::App* command : all) check_tree(*command);
}

TEST_CASE("every command has a manual page, and its help names it") {
  Session session(Instant{});
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const auto root = make_parser(session, command.name);
    const std::string page = std::string("reportctl-") + command.name;
    CHECK(std::filesystem::exists(std::string(REPORTCTL_ROOT "/man/") + page + ".1"));
    CHECK(command_help(*root->get_subcommand(command.name)).find("man " + page) != std::string::npos);
  }
}

TEST_CASE("the word for a value is shown whole") {
  Session session(Instant{});
  const auto root = make_parser(session, "schedule");
  const std::string help = command_help(*root->get_subcommand("schedule")->get_subcommand("add"));
  CHECK(help.find("--at TIMES ") != std::string::npos);
}

TEST_CASE("a long example is folded between words and never within quotes") {
  CHECK(example_text("reportctl runs show 3f2a --json | jq '.deliveries[] | {address, state, answer}'") ==
        "  reportctl runs show 3f2a --json | jq \\\n      '.deliveries[] | {address, state, answer}'\n");
  CHECK(
      example_text("reportctl schedule add a --report sales --cadence daily --at 06:00 --to \"Site Lead <lead@example.com>\"") ==
      "  reportctl schedule add a --report sales --cadence daily --at 06:00 --to \\\n"
      "      \"Site Lead <lead@example.com>\"\n");
}

TEST_CASE("the examples of a verb are of that verb") {
  Session session(Instant{});
  const auto root = make_parser(session, "");
  for (const CLI::App* command : std::as_const(*root).get_subcommands(std::function<bool(const CLI::App*)>())) {
    for (const CLI::App* verb : command->get_subcommands(std::function<bool(const CLI::App*)>())) {
      CAPTURE(path_of(*verb));
      for (const std::string& line : split(verb->get_footer(), '\n')) CHECK(line.find(path_of(*verb)) != std::string::npos);
    }
  }
}

TEST_CASE("every option is described") {
  Session session(Instant{});
  const auto root = make_parser(session, "");
  const std::function<void(const CLI::App&)> check = [&](const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
      CAPTURE(path_of(app));
      CAPTURE(option->get_name());
      CHECK_FALSE(option->get_description().empty());
    }
    for (const CLI::App* verb : app.get_subcommands(std::function<bool(const CLI::App*)>())) check(*verb);
  };
  check(*root);
}
