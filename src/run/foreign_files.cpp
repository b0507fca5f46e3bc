// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/foreign_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"

namespace reportctl::run {
namespace {

namespace fs = std::filesystem;

struct Household {
  uid_t user = 0;
  gid_t group = 0;
};

/// A place in an open directory, so that nobody can put another one in its stead.
struct Place {
  int directory;
  std::string name;
  fs::path shown;
};
using Found = std::function<void(const Place&, const struct stat&)>;

Household household_of(const fs::path& state) {
  struct stat file {
  }, directory{};
  const bool has_file = ::stat(state.c_str(), &file) == 0;
  if (::stat(state.parent_path().c_str(), &directory) != 0) return {};
  return {.user = has_file && file.st_uid != 0 ? file.st_uid : directory.st_uid, .group = directory.st_gid};
}

void look_below(const Place& place, const std::string& prefix, const Found& found);

void look_at(const Place& place, const Found& found) {
  struct stat status {};
  if (::fstatat(place.directory, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || S_ISLNK(status.st_mode)) return;
  found(place, status);
  if (S_ISDIR(status.st_mode)) look_below(place, "", found);
}

/// What lies in the directory under a name that begins so.
void look_below(const Place& place, const std::string& prefix, const Found& found) {
  const int opened = ::openat(place.directory, place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (opened < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(opened), ::closedir);
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || !name.starts_with(prefix)) continue;
    look_at({opened, name, place.shown / name}, found);
  }
}

/// Everything that this installation writes.
void look_everywhere(const settings::Settings& settings, const Found& found) {
  const fs::path home = settings.state.parent_path();
  struct stat status {};
  const Place state{AT_FDCWD, home.string(), home};
  if (::lstat(home.c_str(), &status) == 0) found(state, status);
  look_below(state, settings.state.filename().string(), found);
  for (const auto& [url, scheme] : {std::pair{settings.artifacts.url, std::string("file:")},
                                    std::pair{settings.mail.transport.url, std::string("maildir:")}}) {
    const fs::path path = url.starts_with(scheme) ? url.substr(scheme.size()) : std::string();
    if (!path.empty()) look_at({AT_FDCWD, path.string(), path}, found);
  }
}

bool is_foreign(const struct stat& status, const Household& household) {
  return household.user != 0 && status.st_uid != household.user;
}

/// Through a descriptor, of which nobody can change what it means.
bool give(const Place& place, const Household& household) {
  const Fd fd(::openat(place.directory, place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return false;
  if (!S_ISDIR(status.st_mode) && !(S_ISREG(status.st_mode) && status.st_nlink == 1)) return false;
  const gid_t group = status.st_gid == 0 ? household.group : static_cast<gid_t>(-1);
  return ::fchownat(fd.get(), "", household.user, group, AT_EMPTY_PATH) == 0;
}

}  // namespace

ForeignFiles foreign_files(const settings::Settings& settings) {
  const auto household = household_of(settings.state);
  ForeignFiles foreign{.user = household.user, .files = {}};
  look_everywhere(settings, [&](const Place& place, const struct stat& status) {
    if (is_foreign(status, household)) foreign.files.push_back({place.shown, status.st_uid});
  });
  return foreign;
}

ForeignFiles give_back(const settings::Settings& settings) {
  if (::geteuid() != 0) throw Error(ErrorKind::not_permitted, "only root can give files to another user", "run it with sudo");
  const auto household = household_of(settings.state);
  ForeignFiles given{.user = household.user, .files = {}};
  look_everywhere(settings, [&](const Place& place, const struct stat& status) {
    if (is_foreign(status, household) && give(place, household)) given.files.push_back({place.shown, status.st_uid});
  });
  return given;
}

}  // namespace reportctl::run
