// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

using Arguments = std::vector<std::string>;  ///< without the program's name

/// The first word that is no option and no value of a global option, or empty: the command.
std::string chosen_command(const Arguments&);
/// `help schedule add` becomes `schedule add --help`, `--at=` becomes `--at` and an empty value.
Arguments normalized(Arguments);
/// --json, --csv and --output-format as far as they can be seen before parsing: an error must know how to speak.
bool asks_for_json(const Arguments&);

/// The global options and the named command; with an empty name, all commands. Error(usage) for a command that does not exist.
std::unique_ptr<CLI::App> make_parser(Session&, const std::string& command);

/// Parses; nullopt, and Session::chosen is set, when there is something to run. Otherwise what to print: help or the version.
/// Error(usage) with one sentence and one thing to do.
std::optional<std::string> parse(CLI::App&, const Arguments&);

}  // namespace reportctl::cli
