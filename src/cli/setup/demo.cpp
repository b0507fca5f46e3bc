// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "demo.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>

#include "embedded_files.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/manage/apply_file.hpp"
#include "reportctl/manage/apply_plan.hpp"
#include "reportctl/store/accounts.hpp"

namespace reportctl::cli {

namespace fs = std::filesystem;

std::string demo_text(const std::string& name, const Replacements& replacements) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name != name) continue;
    std::string text(file.text);
    for (const auto& [word, value] : replacements) {
      const std::string mark = "{{" + word + "}}";
      for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
    }
    return text;
  }
  throw Error(ErrorKind::failed, fmt::format("{} is not compiled in", name));
}

const std::vector<DemoSource>& demo_sources() {
  static const std::vector<DemoSource> sources{{"shop", "shop.sql"}, {"fleet", "fleet.sql"}, {"outreach", "outreach.sql"}};
  return sources;
}

fs::path demo_source_path(const fs::path& state, const DemoSource& source) {
  return state.parent_path() / fmt::format("demo-{}.db", source.name);
}

void build_demo_source(const DemoSource& source, const fs::path& path, Instant now) {
  const fs::path unfinished = path.string() + ".new";
  fs::remove(unfinished);
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(unfinished.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(raw, sqlite3_close);
  const std::string script = demo_text(source.script, {{"now", format_utc(now)}});
  if (opened != SQLITE_OK || sqlite3_exec(raw, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw Error(ErrorKind::output, fmt::format("cannot build {}: {}", path.string(), sqlite3_errmsg(raw)));
  database.reset();
  fs::permissions(unfinished, fs::perms::owner_read | fs::perms::owner_write);
  fs::rename(unfinished, path);
  fsync_directory(path.parent_path());
}

DemoCounts add_demo(Session& session) {
  const settings::Settings& settings = session.config().settings;
  if (!settings.mail.transport.url.starts_with("maildir:")) {
    throw Error(
        ErrorKind::conflict,
        fmt::format("the demo mails only into a Maildir, and mail.transport is {}", settings.mail.transport.url),
        "give the demo a configuration of its own: reportctl init --demo --config DIR/reportctl.yaml --state DIR/state.db");
  }
  if (!store::list_accounts(session.state()).empty()) {
    throw Error(ErrorKind::conflict, fmt::format("{} has accounts already", settings.state.string()),
                "give the demo a state file of its own: reportctl init --demo --config DIR/reportctl.yaml --state DIR/state.db");
  }
  manage::ApplyInput input;
  manage::read_apply_file(demo_text("demo.yaml", {}), "demo.yaml", input);
  manage::ApplyPlan plan = plan_apply(session.editor(), input, {});
  for (schedule::Schedule& schedule : plan.changes.add) schedule.next_run_at = session.now();
  store::apply_changes(session.state(), plan.changes, plan.events, session.now());
  session.state().set_fact("demo", format_utc(session.now()));
  return {input.accounts.size(), plan.changes.add.size()};
}

}  // namespace reportctl::cli
