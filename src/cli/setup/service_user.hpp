// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace reportctl::cli {

/// The Unix user for whom root sets things up.
struct ServiceUser {
  std::string name, home;
  uid_t uid = 0;
  gid_t gid = 0;
};
/// Error(not_found) when there is no such user, Error(not_permitted) when it is not root who asks.
ServiceUser find_service_user(const std::string& name);
/// A directory of theirs: made where there is none. Error(conflict) for another user's.
void make_directory_of(const ServiceUser&, const std::filesystem::path&);
/// From here on this process is theirs, for good, and what it makes too.
void become(const ServiceUser&);

}  // namespace reportctl::cli
