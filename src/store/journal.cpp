// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "journal.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "reportctl/base/file.hpp"

namespace reportctl::store {
namespace {

// The format of both files: https://www.sqlite.org/fileformat2.html
using Header = std::array<unsigned char, 100>;
constexpr std::size_t kWriteVersion = 18, kChangeCounter = 24, kPageCount = 28, kSchemaCookie = 40;
constexpr std::size_t kRecords = 8, kPagesBefore = 16, kSectorSize = 20, kPageSize = 24;
constexpr std::string_view kMagic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");

std::uint32_t number_at(const Header& header, std::size_t at) {
  return static_cast<std::uint32_t>(header[at]) << 24U | static_cast<std::uint32_t>(header[at + 1]) << 16U |
         static_cast<std::uint32_t>(header[at + 2]) << 8U | header[at + 3];
}

std::optional<Header> header_at(const Fd& file, std::uint64_t offset) {
  Header header{};
  const auto got = ::pread(file.get(), header.data(), header.size(), static_cast<off_t>(offset));
  if (got != static_cast<ssize_t>(header.size())) return std::nullopt;
  return header;
}

/// A part of the journal that is to be rolled back: a header, and as many records of a page each as it says.
std::optional<Header> part_at(const Fd& journal, std::uint64_t offset) {
  const auto header = header_at(journal, offset);
  if (!header || std::string_view(reinterpret_cast<const char*>(header->data()), kMagic.size()) != kMagic) return std::nullopt;
  return header;
}

/// The first page as it was before the transaction, if the journal has it.
std::optional<Header> first_page(const Fd& journal, const Header& first_part) {
  const std::uint64_t sector = number_at(first_part, kSectorSize), page = number_at(first_part, kPageSize);
  if (sector < 32 || page < 512) return std::nullopt;
  std::uint64_t offset = 0;
  for (auto part = std::optional(first_part); part; part = part_at(journal, offset)) {
    offset += sector;
    for (auto left = number_at(*part, kRecords); left > 0; --left, offset += 4 + page + 4) {
      const auto record = header_at(journal, offset);
      if (!record) return std::nullopt;
      if (number_at(*record, 0) == 1) return header_at(journal, offset + 4);
    }
    offset = (offset + sector - 1) / sector * sector;
  }
  return std::nullopt;
}

}  // namespace

bool is_journal_of_another_file(const std::filesystem::path& database) {
  const Fd journal(::open((database.string() + "-journal").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto part = part_at(journal, 0);
  if (!part || number_at(*part, kRecords) == 0) return false;
  const auto before = first_page(journal, *part);
  // Only now, since closing it takes away the locks that this process has on it.
  const auto now = header_at(Fd(::open(database.c_str(), O_RDONLY | O_CLOEXEC)), 0);
  const bool is_at_work = part_at(journal, 0) != part;  // its header is random and does not outlive the transaction
  if (!now || is_at_work) return false;
  // A transaction that has not written the first page leaves the count of pages as it was.
  if (!before) return number_at(*now, kPageCount) != number_at(*part, kPagesBefore);
  // The transaction may have written its new page or not; it counts one change, and the schema's version never goes back.
  const auto changes = number_at(*now, kChangeCounter) - number_at(*before, kChangeCounter);
  return changes > 1 || number_at(*now, kSchemaCookie) < number_at(*before, kSchemaCookie);
}

bool has_ended(const std::filesystem::path& journal) {
  constexpr std::size_t kZeroed = 28;
  const auto header = header_at(Fd(::open(journal.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)), 0);
  return header && std::all_of(header->begin(), header->begin() + kZeroed, [](unsigned char byte) { return byte == 0; });
}

const char* state_vfs() {
  static sqlite3_vfs* const kUnix = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *kUnix;
    made.pNext = nullptr;
    made.zName = "reportctl-state";
    made.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
      const bool creates = (flags & SQLITE_OPEN_MAIN_JOURNAL) != 0 && (flags & SQLITE_OPEN_CREATE) != 0;
      return kUnix->xOpen(kUnix, name, file, creates && has_ended(name) ? flags & ~SQLITE_OPEN_CREATE : flags, opened);
    };
    return made;
  }();
  static const int kRegistered = sqlite3_vfs_register(&vfs, 0);
  return kRegistered == SQLITE_OK ? vfs.zName : nullptr;
}

bool is_in_wal_mode(const std::filesystem::path& database) {
  const auto header = header_at(Fd(::open(database.c_str(), O_RDONLY | O_CLOEXEC)), 0);
  return header && (*header)[kWriteVersion] == 2;
}

}  // namespace reportctl::store
