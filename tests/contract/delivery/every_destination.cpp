// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <functional>
#include <memory>

#include "letters.hpp"
#include "places.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"

// What every destination promises besides what every transport does: a name is never taken twice, and what is in doubt is looked
// at.

namespace {

using namespace reportctl;
using namespace reportctl::delivery;
using namespace reportctl::testing;
namespace fs = std::filesystem;

const std::string kContent = "day,amount\n2026-03-16,2175\n";

/// A file to send.
struct OwnedParcel {
  explicit OwnedParcel(const std::string& path, const std::string& content = kContent) : file(TempFile::create("/tmp")) {
    file.write(content);
    parcel = {.path = path, .id = "0123456789abcdef", .file = file.fd(), .size = file.size(), .sha256 = sha256_hex(content)};
  }
  TempFile file;
  Parcel parcel;
};

void for_every_place(const std::function<void(PlaceLab&)>& check) {
  const std::pair<const char*, std::function<std::unique_ptr<PlaceLab>()>> kinds[] = {
      {"directory", [] { return std::make_unique<DirectoryLab>(); }},
      {"sftp", [] { return std::make_unique<SftpLab>(); }},
      {"s3", [] { return std::make_unique<BucketLab>(); }},
  };
  for (const auto& [name, make] : kinds) {
    if (std::string(name) == "s3" && !BucketLab::is_available()) continue;  // of npm, which cannot always be reached
    CAPTURE(std::string(name));
    const auto lab = make();
    check(*lab);
  }
}

HandingOver killed() {
  return [] { throw std::runtime_error("killed"); };
}

}  // namespace

TEST_CASE("every destination stores a file under its name, in directories that it makes, and nothing beside it") {
  for_every_place([](PlaceLab& lab) {
    const auto destination = open_destination(lab.settings());
    Asked asked;
    const OwnedParcel owned("in/2026/sales.csv");
    const auto outcome = destination->send(owned.parcel, asked.yes());
    INFO(outcome.answer);
    CHECK(outcome.kind == OutcomeKind::accepted);
    CHECK(asked.times == 1);
    CHECK(lab.files() == std::map<std::string, std::string>{{"in/2026/sales.csv", kContent}});
  });
}

TEST_CASE("every destination stores an empty file") {
  for_every_place([](PlaceLab& lab) {
    const auto destination = open_destination(lab.settings());
    Asked asked;
    const OwnedParcel owned("empty.csv", "");
    CHECK(destination->send(owned.parcel, asked.yes()).kind == OutcomeKind::accepted);
    CHECK(lab.files() == std::map<std::string, std::string>{{"empty.csv", ""}});
  });
}

TEST_CASE("every destination refuses a name that is taken, and leaves that file alone") {
  for_every_place([](PlaceLab& lab) {
    const auto destination = open_destination(lab.settings());
    Asked asked;
    const OwnedParcel first("sales.csv");
    OwnedParcel second("sales.csv", "others\n");
    second.parcel.id = "fedcba9876543210";
    REQUIRE(destination->send(first.parcel, asked.yes()).kind == OutcomeKind::accepted);
    const auto outcome = destination->send(second.parcel, asked.yes());
    CHECK(outcome.kind == OutcomeKind::refused);
    CHECK(outcome.reason_class == "exists");
    CHECK(outcome.answer == "there is a file of the name sales.csv already");
    CHECK_FALSE(outcome.stop_batch);
    CHECK(asked.times == 1);
    CHECK(lab.files() == std::map<std::string, std::string>{{"sales.csv", kContent}});
  });
}

TEST_CASE("every destination finds a file of which it is in doubt, and stores it once") {
  for_every_place([](PlaceLab& lab) {
    Asked asked;
    OwnedParcel owned("in/sales.csv");
    REQUIRE(open_destination(lab.settings())->send(owned.parcel, asked.yes()).kind == OutcomeKind::accepted);
    owned.parcel.in_doubt = true;
    const auto outcome = open_destination(lab.settings())->send(owned.parcel, asked.yes());
    CHECK(outcome.kind == OutcomeKind::accepted);
    CHECK(asked.times == 2);
    CHECK(lab.files() == std::map<std::string, std::string>{{"in/sales.csv", kContent}});
  });
}

TEST_CASE("a file that was written beside and never got its name is stored by the next attempt") {
  for (const bool is_directory : {true, false}) {
    const std::unique_ptr<PlaceLab> lab =
        is_directory ? std::unique_ptr<PlaceLab>(std::make_unique<DirectoryLab>()) : std::make_unique<SftpLab>();
    OwnedParcel owned("in/sales.csv");
    owned.parcel.in_doubt = true;
    const std::string beside = "in/.sales.csv.0123456789abcdef.part";
    lab->put(beside, "day,amo");
    fs::permissions(lab->root() / "in", fs::perms::all);
    fs::permissions(lab->root() / beside, fs::perms(0666));
    Asked asked;
    const auto outcome = open_destination(lab->settings())->send(owned.parcel, asked.yes());
    INFO(outcome.answer);
    CHECK(outcome.kind == OutcomeKind::accepted);
    CHECK(asked.times == 1);
    CHECK(lab->files() == std::map<std::string, std::string>{{"in/sales.csv", kContent}});
  }
}

TEST_CASE("a file in doubt of which nothing is there was fetched or lost, and nobody can tell") {
  for (const bool is_directory : {true, false}) {
    const std::unique_ptr<PlaceLab> lab =
        is_directory ? std::unique_ptr<PlaceLab>(std::make_unique<DirectoryLab>()) : std::make_unique<SftpLab>();
    OwnedParcel owned("in/sales.csv");
    owned.parcel.in_doubt = true;
    Asked asked;
    const auto outcome = open_destination(lab->settings())->send(owned.parcel, asked.yes());
    CHECK(outcome.kind == OutcomeKind::unknown);
    CHECK(outcome.reason_class == "gone");
    CHECK(asked.times == 0);
    CHECK(lab->files().empty());
  }
}

TEST_CASE("nothing stays beside when the leave is refused") {
  for_every_place([](PlaceLab& lab) {
    const OwnedParcel owned("sales.csv");
    CHECK(open_destination(lab.settings())->send(owned.parcel, killed()).kind == OutcomeKind::deferred);
    CHECK(lab.files().empty());
  });
}

TEST_CASE("what is put into a directory can be read by those who may read the directory") {
  DirectoryLab lab;
  ::chmod(lab.root().c_str(), 02750);
  Asked asked;
  const OwnedParcel owned("in/sales.csv");
  REQUIRE(open_destination(lab.settings())->send(owned.parcel, asked.yes()).kind == OutcomeKind::accepted);
  struct stat status {};
  REQUIRE(::stat((lab.root() / "in").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 02750U);
  REQUIRE(::stat((lab.root() / "in/sales.csv").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0640U);
}

TEST_CASE("no symbolic link below a directory is followed") {
  DirectoryLab lab;
  fs::create_directory(lab.folder.path() / "elsewhere");
  fs::create_symlink(lab.folder.path() / "elsewhere", lab.root() / "in");
  Asked asked;
  const OwnedParcel owned("in/sales.csv");
  CHECK(open_destination(lab.settings())->send(owned.parcel, asked.yes()).kind == OutcomeKind::deferred);
  CHECK(asked.times == 0);
  CHECK(fs::is_empty(lab.folder.path() / "elsewhere"));
}

TEST_CASE("nothing is sent to a server whose key is not known, or known as another one") {
  SftpLab lab;
  const auto known = slurp(lab.folder.path() / "known_hosts");
  const auto own_key = slurp(lab.folder.path() / "user.pub");
  const auto name = known.substr(0, known.find(' '));
  for (const std::string& text : {std::string("# none\n"), name + " " + own_key}) {
    std::ofstream(lab.folder.path() / "known_hosts") << text;
    Asked asked;
    const OwnedParcel owned("sales.csv");
    const auto destination = open_destination(lab.settings());
    const auto outcome = destination->send(owned.parcel, asked.yes());
    CHECK(outcome.kind == OutcomeKind::deferred);
    CHECK(outcome.reason_class == "config");
    CHECK(outcome.answer.find("the key of the server is not in") != std::string::npos);
    CHECK(asked.times == 0);
    CHECK(destination->probe().kind == OutcomeKind::deferred);
  }
  CHECK(lab.files().empty());
}

TEST_CASE("a key that others can read, a login that is refused and a directory that is missing are told apart") {
  SftpLab lab;
  Asked asked;
  const OwnedParcel owned("sales.csv");
  const auto answer = [&](const DestinationSettings& settings) {
    const auto outcome = open_destination(settings)->send(owned.parcel, asked.yes());
    CHECK(outcome.kind == OutcomeKind::deferred);
    return outcome.answer;
  };
  auto settings = lab.settings();
  settings.url += "no/such/directory";
  CHECK(answer(settings).find("No such file") != std::string::npos);
  CHECK(open_destination(settings)->probe().answer.find("there is no directory") != std::string::npos);
  settings = lab.settings();
  settings.key_file = lab.folder.path() / "host";  // which nobody has authorized
  CHECK(answer(settings).find("the login of " + SftpLab::user() + " is refused") != std::string::npos);
  settings = lab.settings();
  ::chmod(settings.key_file.c_str(), 0644);
  CHECK(answer(settings).find("user") != std::string::npos);
  CHECK(asked.times == 0);
}

TEST_CASE("a path below the home of the user of a server is written as ~") {
  SftpLab lab;
  auto settings = lab.settings();
  settings.url = "sftp://" + SftpLab::user() + "@127.0.0.1:" + std::to_string(lab.port) + "/~/drop/";
  fs::create_directory(lab.root() / "drop");
  fs::permissions(lab.root() / "drop", fs::perms::all);
  Asked asked;
  const OwnedParcel owned("in/sales.csv");
  const auto destination = open_destination(settings);
  const auto outcome = destination->send(owned.parcel, asked.yes());
  INFO(outcome.answer);
  CHECK(outcome.kind == OutcomeKind::accepted);
  CHECK(destination->probe().kind == OutcomeKind::accepted);
  CHECK(lab.files() == std::map<std::string, std::string>{{"drop/in/sales.csv", kContent}});
}

TEST_CASE("urls and settings of destinations that cannot work are refused before anything is connected") {
  DestinationSettings settings;
  settings.name = "partner";
  settings.known_hosts = "/etc/ssh/ssh_known_hosts";
  settings.key_file = "/etc/reportctl/partner";
  for (const char* url :
       {"sftp://host/in", "sftp://user@/in", "sftp://user@host/in/../out", "sftp://us er@host/in", "sftp://user@host/a b",
        "sftp://user:secret@host/in", "sftp://user@host:0/in", "ftp://host/in", "file:in", "s3://", "/srv/in"}) {
    CAPTURE(std::string(url));
    settings.url = url;
    CHECK_THROWS_AS((void)open_destination(settings), Error);
  }
  settings.url = "sftp://user@host.example.com:2022/in";
  CHECK(open_destination(settings)->describe() == "sftp://user@host.example.com:2022/in");
  settings.known_hosts.clear();
  CHECK_THROWS_AS((void)open_destination(settings), Error);
  settings.known_hosts = "/etc/ssh/ssh_known_hosts";
  settings.key_file.clear();
  CHECK_THROWS_AS((void)open_destination(settings), Error);
}
