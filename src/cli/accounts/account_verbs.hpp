// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

// Verbs of `reportctl account` with files of their own; command_account.cpp has them all in the order of --help.
void bind_account_move(CLI::App&, Session&);  // account_move.cpp
void bind_account_receive(CLI::App&, Session&);

}  // namespace reportctl::cli
