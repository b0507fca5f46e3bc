// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "binds.hpp"
#include "completion.hpp"
#include "options.hpp"

namespace reportctl::cli {

void bind_completion(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"completion", "",
                                         "source <(reportctl completion bash)\n"
                                         "reportctl completion bash > ~/.local/share/bash-completion/completions/reportctl\n"
                                         "reportctl completion zsh > ~/.zfunc/_reportctl\n"
                                         "reportctl completion fish > ~/.config/fish/completions/reportctl.fish"});
  const auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash, zsh or fish")->required();
  when_chosen(command, session, [&session, shell] {
    session.out().text(completion_script(*shell));
    return 0;
  });
}

}  // namespace reportctl::cli
