// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

/// What --help shows of a command or verb: examples first, one a line, without indentation.
struct CommandText {
  std::string name;
  std::string summary;   ///< one line; for commands leave it empty: it is taken from commands()
  std::string examples;  ///< two to four real ones, separated by newlines
};

/// Adds a command to the parser; its summary is that of commands().
CLI::App& add_command(CLI::App& root, const CommandText& text);
/// Adds a verb to a command, which from then on needs one.
CLI::App& add_verb(CLI::App& command, const CommandText& text);
/// cli::run() will call `act` when parsing chose this command or verb; what it returns is the exit code.
void when_chosen(CLI::App& verb, Session& session, std::function<int()> act);

/// `--account ID`.
CLI::Option* add_account_option(CLI::App&, std::optional<std::string>& account);
/// A text option that tells "not given" from "given as empty": an empty value returns a field to its default.
void add_text_option(CLI::App&, std::optional<std::string>& value, const std::string& names, const std::string& type,
                     const std::string& help);
/// `--yes`, for Session::confirm().
/// `-o FILE`, as Destination takes it.
void add_output_option(CLI::App&, std::string& file);
CLI::Option* add_yes_option(CLI::App&, bool& yes);

struct RepeatedText {
  std::string names;  ///< `--to`
  std::string value;  ///< what --help calls the value: `ADDRESS`
  std::string help;
};
/// An option that may be given several times, with one value each time (CLI11 would take every word that follows).
CLI::Option* add_repeated_option(CLI::App&, std::vector<std::string>& values, const RepeatedText& text);

/// As minute_text(); `–` when there is none.
std::string minute_or_dash(const std::optional<Instant>&, const Zone& zone);

}  // namespace reportctl::cli
