// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/cli/output.hpp"
#include "reportctl/manage/viewer.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/settings/config.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::cli {

/// The options that every command takes, before or after its name.
struct Globals {
  std::string config;
  std::string state;
  std::string as;             ///< act as this login; operators only
  std::string output_format;  ///< table, plain, json, csv; empty: table
  bool json = false;
  bool csv = false;
  bool quiet = false;
  int verbose = 0;
  std::string color = "auto";
  bool no_pager = false;
  bool really = false;  ///< send mail under a replaced clock
  bool wide = false;
};

/// What commands ask for, built only when asked: configuration, state, catalog, actor, the parts of the pipe.
class Session {
 public:
  explicit Session(Instant now);
  ~Session();

  Globals globals;

  [[nodiscard]] Instant now() const { return now_; }
  const settings::Config& config();
  store::State& state();
  const catalog::Catalog& catalog();
  /// Who is acting; `--as` is honoured for a system_admin and recorded.
  const access::Actor& actor();
  /// The same before there is a state file that could be read: by login alone.
  [[nodiscard]] access::Actor login() const;
  run::Parts& parts();
  manage::Viewer viewer() { return {state(), actor()}; }
  manage::Editor editor() { return {parts(), actor()}; }
  Output& out();

  /// A refused attempt, for the audit log. A state file that cannot be written hides nothing: the refusal is told anyway.
  void record_refusal(const Error& refused, const std::string& command);

  /// The account to work on: the one named, or the only one there is. Error(not_found) otherwise, with what to write.
  access::Account account(const std::optional<std::string>& id);
  /// On a terminal asks, elsewhere needs `--yes`: Error(usage) when neither says yes.
  void confirm(const std::string& question, bool yes);

  /// What parsing chose; main() runs it. Returns the exit code.
  std::function<int()> chosen;

 private:
  Instant now_;
  std::unique_ptr<settings::Config> config_;
  std::unique_ptr<store::State> state_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<access::Actor> actor_;
  std::unique_ptr<run::Parts> parts_;
  std::unique_ptr<Output> out_;
};

}  // namespace reportctl::cli
