// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <vector>

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

/// Each adds one command (with its verbs) to the parser and, when chosen, sets Session::chosen. Parsing never acts.
using Bind = void (*)(CLI::App&, Session&);

struct Command {
  const char* name;
  const char* summary;  ///< one line, for the list in --help
  Bind bind;
};

/// All commands in the order of --help; an explicit list, visible in a diff (src/cli/commands.cpp).
const std::vector<Command>& commands();

}  // namespace reportctl::cli
