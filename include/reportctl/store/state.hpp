// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/process.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::store {

class Connection;  // src/store: the only place that knows SQLite

enum class OpenMode { existing, create };

/// The state file. Every function of this room throws Error(busy) when it is locked, Error(state) when it is read-only, full,
/// corrupt or of a newer schema, and says which file and what to do. Each mutating function is one transaction: all of it happens
/// or nothing. A file that can only be read can be read; the first change is refused. For one thread, and not to be carried
/// across fork().
class State {
 public:
  /// `existing`: Error(state) when absent, with the command that creates it. An older schema is migrated, after a backup beside
  /// the file. Refuses network file systems and files that others may write. File 0600, directory 0700.
  static State open(const std::filesystem::path& path, OpenMode mode);
  ~State();
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] int schema_version() const;

  /// Who acts: audit records of what the program does by itself name them too.
  void set_actor(std::string actor);
  /// Whose the file is, by name instead of by machine (`instance` of the configuration); empty: this machine's.
  void set_home(const std::string& instance);
  /// From now on processes of other containers of this machine see that this one lives. Error(state).
  void hold(const ProcessIdentity&);

  /// Small facts by name: instance, host, last_run_due_at, demo, …
  [[nodiscard]] std::optional<std::string> fact(std::string_view name) const;
  void set_fact(std::string_view name, std::string_view value);

  /// A consistent copy (VACUUM INTO), 0600; Error(conflict) when the target exists.
  void backup(const std::filesystem::path& target) const;
  /// integrity_check, foreign_key_check, and the rules between tables; empty when sound.
  [[nodiscard]] std::vector<std::string> check() const;

  Connection& connection() { return *connection_; }

 private:
  explicit State(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

/// The newest schema this binary knows.
int current_schema_version();

}  // namespace reportctl::store
