// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <system_error>

namespace reportctl {

/// Shows `see` each entry of a directory; the error that ended that before its end, none at the end. (A range-for over
/// directory_iterator throws in the middle.)
template <typename See>
std::error_code each_entry(const std::filesystem::path& directory, const See& see) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    see(*entry);
  return error;
}

/// How the names begin that AtomicFile gives for a moment.
inline constexpr const char* kTemporary = ".reportctl-";
/// Removes files of such names that are an hour old or more: their process was killed between two system calls.
void remove_old_temporaries(const std::filesystem::path& directory, const char* beginning = kTemporary);

}  // namespace reportctl
