// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <vector>

#include "reportctl/settings/settings.hpp"

namespace reportctl::run {

/// A file or directory of the state, the artifacts or the Maildir.
struct ForeignFile {
  std::filesystem::path path;
  uid_t owner = 0;
};
struct ForeignFiles {
  uid_t user = 0;  ///< whose they should be: the owner of the state file, or of its directory where root made the file
  std::vector<ForeignFile> files;
};
/// What belongs to somebody else than the user of this installation, because somebody else ran it once, and what that user
/// therefore cannot write. Symbolic links are neither followed nor named.
ForeignFiles foreign_files(const settings::Settings&);
/// Gives them to that user, and says what was given. Only directories and files of one name are: what has several may lie
/// elsewhere too. Error(not_permitted) unless root asks.
ForeignFiles give_back(const settings::Settings&);

}  // namespace reportctl::run
