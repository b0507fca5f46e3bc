// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

void bind_state_restore(CLI::App&, Session&);  // state_restore.cpp; the other verbs are in command_state.cpp

}  // namespace reportctl::cli
