// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::run::test {

namespace fs = std::filesystem;

inline Instant at(const char* text) { return parse_instant(text).value(); }
inline Mailbox mailbox(const char* text) { return Mailbox::parse(text).value(); }

class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (fs::temp_directory_path() / "reportctl-run-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline delivery::Outcome answer(delivery::OutcomeKind kind, std::string words, std::string reason_class = {}) {
  return {.kind = kind, .answer = std::move(words), .reason_class = std::move(reason_class)};
}
inline delivery::Outcome refused(std::string words = "550 no such user") {
  return answer(delivery::OutcomeKind::refused, std::move(words), "recipient");
}
inline delivery::Outcome deferred(std::string words = "451 later") {
  return answer(delivery::OutcomeKind::deferred, std::move(words), "recipient");
}
inline delivery::Outcome unknown() { return answer(delivery::OutcomeKind::unknown, "no answer", "connection"); }

/// What stands outside of the state file, as a test wants it, and what reached it.
struct Outside {
  std::vector<std::pair<std::string, std::int64_t>> visits = {{"Docs", 5}, {"Home", 12}};
  std::deque<std::function<delivery::Outcome()>> mail_answers;  ///< of the next letters; accepted once they are used up
  int queries = 0;
  int failing_query = 0;                           ///< its number from 1; 0: none
  std::deque<Error> source_errors;                 ///< of the next queries
  std::vector<std::optional<Instant>> data_until;  ///< the rows of `ready`
  std::vector<std::vector<std::string>> list;      ///< the rows of a list; empty texts are NULL
  int asked_lists = 0;
  std::deque<delivery::WebhookAnswer> webhook_answers;
  struct Sent {
    std::string to, bytes;
  };
  std::vector<Sent> sent;  ///< every letter that was handed to the transport
  std::vector<delivery::WebhookPost> posted;
  std::function<void()> while_posting;
  std::map<std::string, std::string> files;                      ///< by hash
  std::map<std::string, std::string> stored;                     ///< at destinations: `partner:in/visits.csv`
  std::deque<std::function<delivery::Outcome()>> place_answers;  ///< of the next files; stored once they are used up
  std::vector<bool> doubts;                                      ///< of every file that was sent: was it in doubt?
  std::chrono::steady_clock::time_point ticks{};
  std::chrono::milliseconds slow{};  ///< so long every query takes
};

class VisitStream final : public rows::RowStream {
 public:
  VisitStream(const Outside& outside, rows::Columns columns) : outside_(outside), columns_(std::move(columns)) {}
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override {
    if (at_ == outside_.visits.size()) return nullptr;
    const auto& [page, count] = outside_.visits[at_++];
    cells_ = {{.null = false, .scale = 0, .number = 0, .text = page}, {.null = false, .scale = 0, .number = count, .text = {}}};
    row_ = cells_;
    return &row_;
  }

 private:
  const Outside& outside_;
  rows::Columns columns_;
  std::size_t at_ = 0;
  std::vector<rows::Cell> cells_;
  rows::Row row_;
};

class ListStream final : public rows::RowStream {
 public:
  ListStream(const Outside& outside, rows::Columns columns) : outside_(outside), columns_(std::move(columns)) {}
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override {
    if (at_ == outside_.list.size()) return nullptr;
    cells_.clear();
    for (const auto& text : outside_.list[at_++]) cells_.push_back({.null = text.empty(), .scale = 0, .number = 0, .text = text});
    row_ = cells_;
    return &row_;
  }

 private:
  const Outside& outside_;
  rows::Columns columns_;
  std::size_t at_ = 0;
  std::vector<rows::Cell> cells_;
  rows::Row row_;
};

class ReadyStream final : public rows::RowStream {
 public:
  ReadyStream(const Outside& outside, rows::Columns columns) : outside_(outside), columns_(std::move(columns)) {}
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override {
    if (at_ == outside_.data_until.size()) return nullptr;
    const auto& instant = outside_.data_until[at_++];
    cell_ = {.null = !instant, .scale = 0, .number = instant ? instant->time_since_epoch().count() : 0, .text = {}};
    row_ = {&cell_, 1};
    return &row_;
  }

 private:
  const Outside& outside_;
  rows::Columns columns_;
  std::size_t at_ = 0;
  rows::Cell cell_;
  rows::Row row_;
};

class FakeSource final : public source::Source {
 public:
  explicit FakeSource(Outside& outside) : outside_(outside) {}
  [[nodiscard]] const rows::SourceForms& forms() const override { return forms_; }
  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    if (query.columns.front().name == "key") {
      ++outside_.asked_lists;
      return std::make_unique<ListStream>(outside_, query.columns);
    }
    if (!outside_.source_errors.empty()) {
      const auto error = outside_.source_errors.front();
      outside_.source_errors.pop_front();
      throw Error(error);
    }
    outside_.ticks += outside_.slow;
    if (++outside_.queries == outside_.failing_query) throw Error(ErrorKind::source, "gone");
    if (query.columns.front().name == "data_until") return std::make_unique<ReadyStream>(outside_, query.columns);
    return std::make_unique<VisitStream>(outside_, query.columns);
  }
  void prepare(const rows::Query&) override {}
  std::vector<source::TableInfo> tables() override { return {}; }

 private:
  rows::SourceForms forms_{rows::Dialect::sqlite};
  Outside& outside_;
};

class FakeTransport final : public delivery::Transport {
 public:
  explicit FakeTransport(Outside& outside) : outside_(outside) {}
  delivery::Outcome send(const delivery::Letter& letter, const delivery::HandingOver& handing_over) override {
    std::string bytes = letter.head;
    std::vector<char> body(letter.body->size());
    for (std::size_t at = 0; at < body.size();) at += letter.body->read_at(at, body.data() + at, body.size() - at);
    bytes.append(body.begin(), body.end());
    outside_.sent.push_back({letter.to.str(), std::move(bytes)});
    auto outcome = answer(delivery::OutcomeKind::accepted, "250 ok");
    if (!outside_.mail_answers.empty()) {
      const auto answer_now = std::move(outside_.mail_answers.front());
      outside_.mail_answers.pop_front();
      outcome = answer_now();
    }
    if (outcome.kind != delivery::OutcomeKind::deferred) handing_over();
    return outcome;
  }
  [[nodiscard]] std::string describe() const override { return "fake"; }
  delivery::Outcome probe() override { return answer(delivery::OutcomeKind::accepted, "250 ok"); }

 private:
  Outside& outside_;
};

class FakeArtifacts final : public artifact::Store {
 public:
  FakeArtifacts(Outside& outside, fs::path root) : outside_(outside), root_(std::move(root)) {}
  [[nodiscard]] const fs::path& root() const override { return root_; }
  void put(TempFile& file, const std::string& sha256) override {
    std::string bytes(file.size(), '\0');
    for (std::size_t at = 0; at < bytes.size();) at += file.read_at(at, bytes.data() + at, bytes.size() - at);
    outside_.files[sha256] = std::move(bytes);
  }
  [[nodiscard]] bool has(const std::string& sha256) override { return outside_.files.contains(sha256); }
  [[nodiscard]] std::string place() const override { return "fake"; }
  [[nodiscard]] std::string owner() override { return owner_; }
  void set_owner(const std::string& text) override { owner_ = text; }
  void sweep(Instant) override {}
  [[nodiscard]] Fd get(const std::string& sha256, std::optional<std::int64_t>) override {
    const auto found = outside_.files.find(sha256);
    if (found == outside_.files.end()) throw Error(ErrorKind::not_found, "the file " + sha256 + " was pruned");
    const auto copy = root_ / sha256;
    std::ofstream(copy, std::ios::binary) << found->second;
    return Fd(::open(copy.c_str(), O_RDONLY | O_CLOEXEC));
  }
  void each(const std::function<void(const artifact::StoredFile&)>&) override {}
  bool remove(const std::string& sha256, Instant) override { return outside_.files.erase(sha256) > 0; }
  [[nodiscard]] artifact::Link link(const artifact::LinkRequest& request) override {
    return {.url = "https://files.example/" + format_utc(request.now) + "/" + request.file_name,
            .ends = request.now + std::chrono::hours(1)};
  }
  [[nodiscard]] std::string check() override { return "fake"; }

 private:
  Outside& outside_;
  fs::path root_;
  std::string owner_;
};

class FakeDestination final : public delivery::Destination {
 public:
  FakeDestination(Outside& outside, std::string name) : outside_(outside), name_(std::move(name)) {}
  delivery::Outcome send(const delivery::Parcel& parcel, const delivery::HandingOver& handing_over) override {
    outside_.doubts.push_back(parcel.in_doubt);
    if (!outside_.place_answers.empty()) {
      const auto answer_now = std::move(outside_.place_answers.front());
      outside_.place_answers.pop_front();
      if (auto outcome = answer_now(); outcome.kind != delivery::OutcomeKind::accepted) {
        if (outcome.kind != delivery::OutcomeKind::deferred) handing_over();
        return outcome;
      }
    }
    std::string bytes(parcel.size, '\0');
    read_at(parcel.file, 0, bytes.data(), bytes.size());
    handing_over();
    outside_.stored[name_ + ":" + parcel.path] = bytes;
    return answer(delivery::OutcomeKind::accepted, parcel.path);
  }
  [[nodiscard]] std::string describe() const override { return "fake"; }
  delivery::Outcome probe() override { return answer(delivery::OutcomeKind::accepted, "fake"); }

 private:
  Outside& outside_;
  std::string name_;
};

/// An account with an admin who reads mail, and a schedule of a report on the visits of yesterday at 06:00 UTC; it is due.
struct World {
  std::optional<TempDirectory> own_directory;
  fs::path directory;
  settings::Settings settings;
  Outside outside;
  std::optional<catalog::Catalog> catalog;
  store::State state = store::State::open(directory / "state.db", store::OpenMode::create);
  schedule::Schedule schedule;
  Instant now = at("2026-03-17T06:00:30Z");

  World() : own_directory(std::in_place), directory(own_directory->path()) {
    open();
    furnish();
  }
  /// Of an earlier process: its state, and nothing else of it.
  explicit World(fs::path place) : directory(std::move(place)) {
    open();
    if (store::list_schedules(state, {}).empty()) furnish();
    schedule = store::list_schedules(state, {}).at(0);
  }

  void open() {
    std::ofstream(directory / "visits.yaml")
        << "id: visits\nlabel: Visits\nfamily: tests\ndescription: A module for tests.\nscope: [account]\n"
           "window: {kind: lookback, default_days: 1, max_days: 31}\ncadences: [daily]\nformats: [csv, xlsx]\n"
           "ready: SELECT max(l.at) AS data_until FROM l WHERE l.account_id = :account\n"
           "columns: [{name: page, label: Page, type: text}, {name: visits, label: Number of visits, type: integer}]\n"
           "summary: [{label: All visits, value: total(visits)}]\n"
           "query: |\n  SELECT v.page, v.visits FROM v WHERE v.account_id = :account AND v.at >= :from AND v.at < :to "
           "ORDER BY v.page\n";
    catalog = catalog::Catalog::open({directory});
    REQUIRE(catalog->problems().empty());
    settings.state = directory / "state.db";
    settings.sources["shop"].name = "shop";
    settings.mail.from = mailbox("Reports <reports@example.com>");
    settings.policy.retries = 0;  // tests of further attempts set it
  }

  void furnish() {
    access::Account account;
    account.id = "acme";
    account.name = "Acme Ltd";
    account.source = "shop";
    store::add_account(state, account, {}, now);
    access::Member admin;
    admin.id = "m-admin";
    admin.account = "acme";
    admin.name = "Ada Admin";
    admin.email = EmailAddress::parse("ada@example.com");
    admin.role = access::Role::admin;
    store::add_member(state, admin, {}, now);
    schedule.id = new_id();
    schedule.definition.name = "morning";
    schedule.definition.account = "acme";
    schedule.definition.report = "visits";
    schedule.definition.at = {TimeOfDay{.hour = 6, .minute = 0}};
    schedule.definition.recipients.mailboxes = {mailbox("Ann <ann@example.com>")};
    schedule.next_run_at = at("2026-03-17T06:00:00Z");
    store::add_schedule(state, schedule, {}, now);
  }
  /// A command that begins now.
  Parts parts() {
    Openers openers;
    openers.open_source = [this](const source::SourceSettings&) { return std::make_unique<FakeSource>(outside); };
    openers.open_transport = [this](const delivery::TransportSettings&) { return std::make_unique<FakeTransport>(outside); };
    openers.open_artifacts = [this](const artifact::StoreSettings&) {
      return std::make_unique<FakeArtifacts>(outside, directory);
    };
    openers.open_destination = [this](const delivery::DestinationSettings& chosen) {
      return std::make_unique<FakeDestination>(outside, chosen.name);
    };
    openers.post_webhook = [this](const delivery::WebhookSettings&, const delivery::WebhookPost& post) {
      outside.posted.push_back(post);
      if (outside.while_posting) outside.while_posting();
      if (outside.webhook_answers.empty())
        return delivery::WebhookAnswer{
            .kind = delivery::OutcomeKind::accepted, .status = 200, .answer = {}, .reason_class = {}, .retry_after = {}};
      auto given = outside.webhook_answers.front();
      outside.webhook_answers.pop_front();
      return given;
    };
    openers.ticks = [this] { return outside.ticks; };
    return {settings, state, *catalog, now, openers};
  }
  DueResult run_due() {
    auto command = parts();
    DueResult result;
    run::run_due(command, {}, result);
    return result;
  }
  /// Its schedule stores its files too.
  void goes_to(const char* place) {
    auto& partner = settings.destinations["partner"];
    partner.name = "partner";
    partner.url = "file:/nowhere";
    partner.accounts = {"acme"};
    auto changed = stored();
    changed.definition.recipients.places.push_back(schedule::Place::parse(place).value());
    store::edit_schedule(state, changed, {}, now);
  }
  void answers(std::vector<delivery::Outcome> outcomes) {
    for (auto& outcome : outcomes) outside.mail_answers.emplace_back([outcome] { return outcome; });
  }
  void sql(const char* script) {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open((directory / "state.db").c_str(), &connection) == SQLITE_OK);
    CHECK(sqlite3_exec(connection, script, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
  }
  /// As if the process that owns what is unfinished had been killed.
  void kill_owners() { sql("UPDATE runs SET owner_start = owner_start + 1 WHERE owner_host IS NOT NULL"); }
  store::Run run() { return store::list_runs(state, {}).at(0); }
  std::vector<store::Delivery> deliveries() { return store::list_deliveries(state, run().id); }
  std::vector<store::Delivery> notifications() {
    auto all = deliveries();
    std::erase_if(all, [](const auto& one) { return !one.notification; });
    return all;
  }
  schedule::Schedule stored() { return store::find_schedule(state, schedule.id).value(); }
};

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The mail as its receiver sees it, without the breaks of quoted-printable.
inline std::string unfolded(std::string bytes) {
  for (auto at = bytes.find("=\r\n"); at != std::string::npos; at = bytes.find("=\r\n", at)) bytes.erase(at, 3);
  return bytes;
}

}  // namespace reportctl::run::test
