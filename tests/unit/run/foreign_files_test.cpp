// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/foreign_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "reportctl/base/hash.hpp"

using namespace reportctl;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kService = 4711;

struct Home {
  fs::path top = fs::temp_directory_path() / ("foreign-" + new_id());
  settings::Settings settings;
  Home() {
    fs::create_directories(top / "lib" / "artifacts" / "ab");
    fs::create_directories(top / "elsewhere");
    settings.state = top / "lib" / "state.db";
    settings.artifacts.url = "file:" + (top / "lib" / "artifacts").string();
    settings.mail.transport.url = "maildir:" + (top / "outbox").string();
    for (const char* name : {"state.db", "state.db-journal", "artifacts/ab/abcd", "other.txt"})
      std::ofstream(top / "lib" / name) << "x";
    std::ofstream(top / "elsewhere" / "secret") << "x";
    for (const char* name : {"", "state.db", "artifacts"}) give(top / "lib" / name, kService);
  }
  ~Home() { fs::remove_all(top); }
  static void give(const fs::path& path, uid_t user) { REQUIRE(::lchown(path.c_str(), user, user) == 0); }
  static uid_t owner(const fs::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_uid;
  }
};

std::vector<std::string> names(const run::ForeignFiles& foreign, const fs::path& top) {
  std::vector<std::string> all;
  for (const auto& file : foreign.files) all.push_back(fs::relative(file.path, top).string());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("what root left behind is found and given to the user whose state it is, and nothing else is") {
  if (::geteuid() != 0) return;
  Home home;
  fs::create_symlink(home.top / "elsewhere" / "secret", home.top / "lib" / "state.db-link");
  fs::create_hard_link(home.top / "elsewhere" / "secret", home.top / "lib" / "artifacts" / "ab" / "hard");
  const auto found = run::foreign_files(home.settings);
  CHECK(found.user == kService);
  CHECK(names(found, home.top) ==
        std::vector<std::string>{"lib/artifacts/ab", "lib/artifacts/ab/abcd", "lib/artifacts/ab/hard", "lib/state.db-journal"});
  const auto given = run::give_back(home.settings);
  CHECK(names(given, home.top) == std::vector<std::string>{"lib/artifacts/ab", "lib/artifacts/ab/abcd", "lib/state.db-journal"});
  CHECK(Home::owner(home.top / "lib" / "artifacts" / "ab" / "abcd") == kService);
  CHECK(Home::owner(home.top / "elsewhere" / "secret") == 0);
  CHECK(Home::owner(home.top / "lib" / "other.txt") == 0);
  CHECK(names(run::foreign_files(home.settings), home.top) == std::vector<std::string>{"lib/artifacts/ab/hard"});
}

TEST_CASE("a state file that root made in the directory of a user belongs to that user") {
  if (::geteuid() != 0) return;
  Home home;
  Home::give(home.settings.state, 0);
  CHECK(run::foreign_files(home.settings).user == kService);
  run::give_back(home.settings);
  CHECK(Home::owner(home.settings.state) == kService);
}

TEST_CASE("where root owns everything, nothing is foreign") {
  if (::geteuid() != 0) return;
  Home home;
  for (const char* name : {"", "state.db", "artifacts"}) Home::give(home.top / "lib" / name, 0);
  CHECK(run::foreign_files(home.settings).files.empty());
  CHECK(run::give_back(home.settings).files.empty());
}
