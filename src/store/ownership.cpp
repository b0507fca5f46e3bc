// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/ownership.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "connection.hpp"
#include "reportctl/base/directory.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/moment.hpp"

namespace reportctl::store {

namespace {

namespace fs = std::filesystem;

constexpr const char* kInstance = "instance";
constexpr const char* kHost = "host";
constexpr const char* kPath = "path";
constexpr std::uint64_t kLongestMark = 4096;

/// A record of the audit log, which only grows: whoever does not have it does not know what came with it.
struct Mark {
  std::string instance;
  std::int64_t sequence = 0;
  std::string hash;
  bool operator==(const Mark&) const = default;
};

fs::path mark_path(const State& state) { return fs::absolute(state.path()).string() + "-mark"; }

std::string place_of(const State& state) {
  std::error_code error;
  const auto place = fs::weakly_canonical(fs::absolute(state.path()), error);
  if (!error) return place.string();
  throw system_error(ErrorKind::state, fmt::format("cannot find the place of state file {}", visible(state.path().string())),
                     error.value(), "check the rights of its directories");
}

/// What cannot be read is no mark: it is written anew.
std::optional<Mark> read_mark(const State& state) {
  try {
    const auto json = json_from(read_trusted_file(mark_path(state), kLongestMark));
    return Mark{json.at("instance"), json.at("sequence"), json.at("hash")};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::invalid) return std::nullopt;
    throw Error(ErrorKind::state, error.what(), error.hint());
  } catch (const nlohmann::ordered_json::exception&) {
    return std::nullopt;
  }
}

Mark present_mark(State& state) {
  Mark mark{.instance = state.fact(kInstance).value_or(""), .sequence = 0, .hash = {}};
  Query head(state.connection(), R"sql(SELECT sequence, hash FROM audit WHERE sequence = (SELECT max(sequence) FROM audit))sql");
  if (head.next()) {
    mark.sequence = head.integer();
    mark.hash = head.text();
  }
  return mark;
}

/// Is the marked record in the log, or was it there before the log was cut?
bool has_come_so_far(State& state, const Mark& mark) {
  if (mark.sequence == 0) return true;
  Query record(state.connection(), R"sql(SELECT hash FROM audit WHERE sequence = ?)sql");
  if (record.bind(mark.sequence).next()) return record.text() == mark.hash;
  Query cut(state.connection(), R"sql(SELECT sequence FROM audit_cut)sql");
  return cut.next() && cut.integer() >= mark.sequence;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "another host";
}

}  // namespace

// An installation in containers has another pid namespace, and often another host name, at every start.
std::string home_of(State& state) {
  const auto& named = state.connection().home();
  return named.empty() ? this_process().host : named;
}

Ownership ownership(State& state) {
  const Moment moment(state);
  const auto host = state.fact(kHost);
  if (host && *host != home_of(state)) return Ownership::other_host;
  const auto path = state.fact(kPath);
  if (path && *path != place_of(state)) return Ownership::other_place;
  const auto mark = read_mark(state);
  const bool same = mark && mark->instance == state.fact(kInstance).value_or("");
  if (mark && (same ? !has_come_so_far(state, *mark) : path.has_value())) return Ownership::older;
  return host && path ? Ownership::own : Ownership::fresh;
}

void require_own(State& state) {
  const auto refusal = [&](const std::string& what, std::string hint) {
    return Error(ErrorKind::state, fmt::format("state file {} {}", visible(state.path().string()), what), std::move(hint));
  };
  switch (ownership(state)) {
    case Ownership::own:
      if (!read_mark(state)) write_mark(state);
      return;
    case Ownership::fresh:
      if (!state.fact(kInstance)) state.set_fact(kInstance, new_id());
      state.set_fact(kHost, home_of(state));
      state.set_fact(kPath, place_of(state));
      return write_mark(state);
    case Ownership::other_host:
      throw refusal("belongs to another host or instance; nothing is sent, stored or removed from here",
                    "if it moved here for good: reportctl state adopt; in containers, which are another host at every start, set "
                    "`instance` in reportctl.yaml first");
    case Ownership::other_place:
      throw refusal(fmt::format("was copied or moved from {}; nothing is sent, stored or removed from a copy",
                                visible(state.fact(kPath).value_or(""))),
                    "if it moved here for good, and the other one is gone: reportctl state adopt");
    case Ownership::older:
      throw refusal(
          "is older than the one that worked here last, and does not know what was sent since",
          "put the newer file back; if it is lost, `reportctl state restore BACKUP` goes on from here and sends nothing twice");
  }
}

std::int64_t left_elsewhere(State& state) {
  const auto boot = this_process().boot_id;
  std::int64_t count = 0;
  for (const char* const table : {"runs", "exports"}) {
    Query query(
        state.connection(),
        fmt::format(R"sql(SELECT count(*) FROM {0} INDEXED BY {0}_unfinished WHERE finished_at IS NULL AND owner_boot <> ?)sql",
                    table));
    if (query.bind(boot).next()) count += query.integer();
  }
  return count;
}

void adopt_state(State& state) {
  for (const char* const table : {"runs", "exports"})
    Query(state.connection(),
          fmt::format(
              R"sql(UPDATE {0} INDEXED BY {0}_unfinished SET lease_until = 0 WHERE finished_at IS NULL AND owner_boot <> ?)sql",
              table))
        .bind(this_process().boot_id)
        .run();
  if (!state.fact(kInstance)) state.set_fact(kInstance, new_id());
  state.set_fact(kHost, home_of(state));
  state.set_fact(kPath, place_of(state));
  write_mark(state);
}

void write_mark(State& state) {
  const auto mark = present_mark(state);
  if (read_mark(state) == mark) return;
  AtomicFile file(mark_path(state));
  file.write(json_text({{"instance", mark.instance}, {"sequence", mark.sequence}, {"hash", mark.hash}}) + "\n");
  file.commit();
  remove_old_temporaries(mark_path(state).parent_path());
}

Signature signature(State& state) {
  const auto place = state.fact(kPath).value_or("");
  const auto whole = fmt::format("{}\n{}\n{}", state.fact(kInstance).value_or(""), state.fact(kHost).value_or(""), place);
  return {.id = sha256_hex(whole), .words = fmt::format("{} on {}", place, host_name())};
}

}  // namespace reportctl::store
