// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <memory>

#include "binds.hpp"
#include "monitoring.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

void bind_metrics(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"metrics", "",
                                         "reportctl metrics\n"
                                         "reportctl metrics --textfile /var/lib/prometheus/node-exporter/reportctl.prom"});
  const auto file = std::make_shared<std::string>();
  command.add_option("--textfile", *file, "write this file, whole or not at all; default: standard output")->type_name("FILE");
  when_chosen(command, session, [&session, file] {
    session.out().note_replaced_clock();
    const auto text = metrics_text(session, manage::gather(session.viewer(), session.now()));
    if (file->empty()) {
      session.out().text(text);
    } else {
      write_for_readers(*file, text);
    }
    return exit_code::kDone;
  });
}

}  // namespace reportctl::cli
