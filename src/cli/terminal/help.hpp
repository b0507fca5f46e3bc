// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace reportctl::cli {

/// Columns that help is written for.
constexpr std::size_t kHelpWidth = 80;

/// --help of the program: what it is, examples, every command of commands(), the global options.
std::string program_help(const CLI::App& root);
/// --help of a command or verb: examples first, then usage, verbs, arguments and options, and the man page.
std::string command_help(const CLI::App& command);
/// Words of the command line that lead here: `reportctl schedule add`.
std::string path_of(const CLI::App& command);

/// A command to copy, indented, folded with \ where it is too long for a line.
std::string example_text(std::string_view command);
/// Breaks at spaces into lines of at most `width` columns; longer words stay whole.
std::vector<std::string> wrap_words(std::string_view text, std::size_t width);

}  // namespace reportctl::cli
