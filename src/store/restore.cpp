// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/restore.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "connection.hpp"
#include "migrations.hpp"
#include "owner.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"
#include "run_row.hpp"
#include "webhook_queue.hpp"

namespace reportctl::store {

namespace fs = std::filesystem;

namespace {

fs::path with(const fs::path& path, const char* ending) { return path.string() + ending; }
fs::path journal_of(const fs::path& path) { return with(path, "-journal"); }

Error unusable(const fs::path& backup, std::string_view what, std::string hint) {
  return {ErrorKind::state, fmt::format("backup {}: {}", visible(backup.string()), what), std::move(hint)};
}

/// Held until the new file is in its place.
Fd lock_directory(const fs::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) == 0 && status.st_uid != ::geteuid()) {
    const std::string owner = login_of(status.st_uid);
    throw Error(ErrorKind::state, fmt::format("{} belongs to another user ({})", visible(directory.string()), owner),
                fmt::format("run this as its owner: sudo -u {} reportctl …", shell_word(owner)));
  }
  Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error(ErrorKind::state, "cannot open " + visible(directory.string()), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error(ErrorKind::conflict, "another restore is at work in " + visible(directory.string()), "wait until it is done");
  return fd;
}

void copy_bytes(const fs::path& from, const fs::path& to) {
  const Fd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) throw system_error(ErrorKind::state, "cannot read " + visible(from.string()), errno);
  AtomicFile target(to);
  std::array<char, 1U << 16U> block;
  for (;;) {
    const auto got = ::read(source.get(), block.data(), block.size());
    if (got == 0) break;
    if (got < 0 && errno != EINTR) throw system_error(ErrorKind::state, "cannot read " + visible(from.string()), errno);
    if (got > 0) target.write({block.data(), static_cast<std::size_t>(got)});
  }
  target.commit();
}

/// Everything that begins like the copy: of an earlier attempt, of a migration.
void remove_all_of(const fs::path& copied) {
  std::error_code gone;
  const auto name = copied.filename().string();
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(copied.parent_path(), gone))
    if (entry.path().filename().string().starts_with(name)) all.push_back(entry.path());
  for (const auto& path : all) fs::remove(path, gone);
}

void prepare_copy(const fs::path& copied, const fs::path& backup, const std::function<void(State&)>& prepare) {
  auto state = [&] {
    try {
      return State::open(copied, OpenMode::existing);
    } catch (const Error& error) {
      std::string what = error.what();
      const auto copys = fmt::format("state file {}: ", visible(copied.string()));
      if (what.starts_with(copys)) what.erase(0, copys.size());
      throw unusable(backup, what, error.hint());
    }
  }();
  if (const auto problems = state.check(); !problems.empty())
    throw unusable(backup, fmt::format("is damaged: {}", problems.front()), "restore an older backup; nothing was changed");
  prepare(state);
}

/// A process that is between two statements goes on with the file that it has open.
void require_idle(Connection& connection) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  Query query(connection, fmt::format("{} INDEXED BY runs_unfinished WHERE r.finished_at IS NULL AND r.owner_host IS NOT NULL",
                                      select_run()));
  while (query.next()) {
    const auto run = read_run(query);
    if (is_working(connection, run.owner, now))
      throw Error(ErrorKind::conflict, fmt::format("process {} works on run {}", run.owner.process->pid, run.run.id),
                  "stop it (and the cron job or timer), then restore");
  }
}

/// Nobody else can write while it lives. A file that cannot be opened as a state file is of no use to anybody.
std::unique_ptr<Connection> locked_out(const fs::path& path) {
  std::error_code gone;
  if (!fs::exists(path, gone)) return nullptr;
  try {
    auto connection = std::make_unique<Connection>(path);
    connection->execute("BEGIN EXCLUSIVE");
    require_idle(*connection);
    return connection;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::state) throw;
    return nullptr;
  }
}

void rename_if_there(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
    throw system_error(ErrorKind::state, fmt::format("cannot rename {} to {}", visible(from.string()), visible(to.string())),
                       errno);
}

}  // namespace

fs::path replace_state(const fs::path& path, const fs::path& backup, const std::function<void(State&)>& prepare) {
  const fs::path state = fs::absolute(path).lexically_normal();
  std::error_code unreachable;
  if (!fs::is_regular_file(backup, unreachable))
    throw Error(ErrorKind::not_found, fmt::format("backup {} does not exist, or is not a file", visible(backup.string())),
                "name a file that `reportctl state backup` wrote");
  ensure_directory(state.parent_path());
  const Fd directory = lock_directory(state.parent_path());
  const fs::path copied = with(state, ".restoring");
  remove_all_of(copied);
  // A journal that was not played back belongs to its file; beside another it would destroy it.
  if (fs::exists(journal_of(backup))) copy_bytes(journal_of(backup), journal_of(copied));
  copy_bytes(backup, copied);
  const fs::path aside = stamped_name(state, "before-restore");
  bool was_there = false;
  try {
    prepare_copy(copied, backup, prepare);
    const auto old = locked_out(state);
    was_there = fs::exists(state);
    rename_if_there(state, aside);
    rename_if_there(journal_of(state), journal_of(aside));
    rename_if_there(copied, state);
  } catch (...) {
    remove_all_of(copied);
    throw;
  }
  remove_all_of(copied);
  fsync_directory(state.parent_path());
  return was_there ? aside : fs::path();
}

Instant known_until(State& state) {
  Query query(state.connection(),
              R"sql(SELECT ifnull((SELECT at FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)), 0))sql");
  query.next();
  const auto recorded = query.instant();
  const auto last_run_due = state.fact("last_run_due_at");
  const auto ran = last_run_due ? parse_instant(*last_run_due) : std::nullopt;
  return ran ? std::max(recorded, *ran) : recorded;
}

namespace {

std::vector<std::string> ids(Connection& connection, const char* sql) {
  Query query(connection, sql);
  std::vector<std::string> all;
  while (query.next()) all.push_back(query.text());
  return all;
}

}  // namespace

Unfinished end_as_unknown(State& state, std::string_view reason, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  Unfinished ended;
  const auto unfinished =
      ids(connection, R"sql(SELECT id FROM runs INDEXED BY runs_unfinished WHERE finished_at IS NULL ORDER BY number)sql");
  // Of finished runs, what is told to owners and admins.
  auto all = ids(connection, R"sql(
    SELECT DISTINCT run_id FROM deliveries INDEXED BY deliveries_untold
    WHERE notification_id IS NOT NULL AND (state IN ('queued', 'handing_over') OR next_attempt_at IS NOT NULL))sql");
  all.insert(all.end(), unfinished.begin(), unfinished.end());
  for (const auto& id : all) {
    ended.deliveries += Query(connection,
                              R"sql(
                                UPDATE deliveries SET state = 'unknown', in_doubt = 1, reason_class = 'restored', answer = ?,
                                next_attempt_at = NULL WHERE run_id = ? AND
                                (state IN ('queued', 'handing_over') OR next_attempt_at IS NOT NULL))sql")
                            .bind(reason, id)
                            .run();
  }
  for (const auto& id : unfinished) {
    Query(connection, fmt::format(R"sql(
      UPDATE runs SET {}, state = 'unknown', reason = ?, finished_at = ?, fence = fence + 1, resume_at = NULL WHERE id = ?)sql",
                                  kDisown))
        .bind(reason, now, id)
        .run();
    queue_run_webhooks(connection, id, now);
  }
  ended.runs = static_cast<std::int64_t>(unfinished.size());
  transaction.commit();
  return ended;
}

}  // namespace reportctl::store
