// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

/// `reportctl mail preview`.
void bind_mail_preview(CLI::App&, Session&);

}  // namespace reportctl::cli
