// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "service_user.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::cli {

ServiceUser find_service_user(const std::string& name) {
  const passwd* const entry = ::getpwnam(name.c_str());
  if (entry == nullptr)
    throw Error(ErrorKind::not_found, fmt::format("--user {}: there is no such user", visible(name)),
                fmt::format("create it first: adduser --system --group --home /var/lib/reportctl {}", visible(name)));
  const ServiceUser user{.name = name, .home = entry->pw_dir, .uid = entry->pw_uid, .gid = entry->pw_gid};
  if (::geteuid() != 0 && ::geteuid() != user.uid)
    throw Error(ErrorKind::not_permitted,
                fmt::format("--user {}: only root can set up reportctl for another user", visible(name)),
                "run it with sudo, or as that user without --user");
  return user;
}

void make_directory_of(const ServiceUser& user, const std::filesystem::path& path) {
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(path, ignored);
  if (is_new) {
    std::filesystem::create_directories(path.parent_path(), ignored);
    ensure_directory(path);
    if (::chown(path.c_str(), user.uid, user.gid) != 0)
      throw system_error(ErrorKind::failed, fmt::format("cannot give {} to {}", visible(path.string()), user.name), errno);
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || status.st_uid != user.uid)
    throw Error(ErrorKind::conflict, fmt::format("{} does not belong to {}", visible(path.string()), user.name),
                fmt::format("chown {}: {}, if nothing else uses it", user.name, visible(path.string())));
}

void become(const ServiceUser& user) {
  if (::geteuid() == user.uid) return;
  if (::initgroups(user.name.c_str(), user.gid) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
      ::setresuid(user.uid, user.uid, user.uid) != 0)
    throw system_error(ErrorKind::failed, "cannot become " + user.name, errno);
  ::setenv("HOME", user.home.c_str(), 1);
  ::setenv("USER", user.name.c_str(), 1);
  ::setenv("LOGNAME", user.name.c_str(), 1);
}

}  // namespace reportctl::cli
