// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/reader_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>

#include <string_view>
#include <thread>

namespace reportctl::source {
namespace {

/// SQLite's own access to files. Our VFS is a copy of it with three functions of ours, and the methods of a main file a copy of
/// its methods with three of ours.
sqlite3_vfs* unix_files() {
  static sqlite3_vfs* const kUnix = sqlite3_vfs_find("unix");
  return kUnix;
}

/// Kept behind SQLite's own data of a main file.
struct ReaderState {
  const sqlite3_io_methods* methods;  ///< SQLite's
  const char* name;
  bool in_wal_mode;    ///< the file says so
  bool has_log;        ///< its -wal is open
  bool without_index;  ///< there is no -shm
};

int state_offset() { return (unix_files()->szOsFile + 7) / 8 * 8; }
ReaderState& state_of(sqlite3_file* file) {
  return *reinterpret_cast<ReaderState*>(reinterpret_cast<char*>(file) + state_offset());
}

bool exists(const std::string& name) {
  struct stat status {};
  return ::stat(name.c_str(), &status) == 0;
}

/// Bytes 18 and 19 of the header are 2 in WAL mode and 1 in rollback mode. SQLite uses a -wal that exists whatever they say, and
/// would make one that does not because of them.
int reader_read(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
  ReaderState& state = state_of(file);
  const int code = state.methods->xRead(file, out, amount, offset);
  auto* const bytes = static_cast<unsigned char*>(out);
  if (code == SQLITE_OK && offset == 0 && amount >= 20 && bytes[18] == 2 && bytes[19] == 2) {
    bytes[18] = bytes[19] = 1;
    state.in_wal_mode = true;
  }
  return code;
}

int reader_shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  ReaderState& state = state_of(file);
  const int code = state.methods->xShmMap(file, region, size, extend, memory);
  if ((code & 0xFF) != SQLITE_CANTOPEN || exists(fmt::format("{}-shm", state.name))) return code;
  state.without_index = true;
  *memory = nullptr;
  return SQLITE_READONLY_CANTINIT;  // "build it in memory"
}

int reader_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  ReaderState& state = state_of(file);
  if (!state.without_index) return state.methods->xShmLock(file, offset, count, flags);
  return (flags & SQLITE_SHM_EXCLUSIVE) != 0 && (flags & SQLITE_SHM_LOCK) != 0 ? SQLITE_READONLY : SQLITE_OK;
}

const sqlite3_io_methods& reader_methods(const sqlite3_io_methods& of_sqlite) {
  static const sqlite3_io_methods kMethods = [&] {
    sqlite3_io_methods methods = of_sqlite;
    methods.iVersion = 2;  // no memory mapping: every byte passes by reader_read()
    methods.xRead = reader_read;
    methods.xShmMap = reader_shm_map;
    methods.xShmLock = reader_shm_lock;
    return methods;
  }();
  return kMethods;
}

int reader_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* opened) {
  constexpr int kBeside = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  constexpr int kWriting = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_DELETEONCLOSE;
  if ((flags & (kBeside | SQLITE_OPEN_MAIN_DB)) != 0) flags = (flags & ~kWriting) | SQLITE_OPEN_READONLY;
  const int code = unix_files()->xOpen(vfs, name, file, flags, opened);
  if (code != SQLITE_OK) return code;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    state_of(file) = {file->pMethods, name, false, false, false};
    file->pMethods = &reader_methods(*file->pMethods);
  } else if ((flags & SQLITE_OPEN_WAL) != 0) {
    state_of(sqlite3_database_file_object(name)).has_log = true;
  }
  return code;
}

/// SQLite removes a log that cannot belong to the database; here it is as good as gone.
int reader_delete(sqlite3_vfs*, const char*, int) { return SQLITE_OK; }

/// To SQLite's own function an empty file does not exist; but an empty -wal is that of an application which has just begun.
int reader_access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  if (flags != SQLITE_ACCESS_EXISTS || !std::string_view(name).ends_with("-wal"))
    return unix_files()->xAccess(vfs, name, flags, result);
  *result = exists(name) ? 1 : 0;
  return SQLITE_OK;
}

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

const char* ReaderFiles::vfs() {
  static sqlite3_vfs reader = [] {
    sqlite3_vfs vfs = *unix_files();
    vfs.szOsFile = state_offset() + static_cast<int>(sizeof(ReaderState));
    vfs.pNext = nullptr;
    vfs.zName = "reportctl-reader";
    vfs.xOpen = reader_open;
    vfs.xDelete = reader_delete;
    vfs.xAccess = reader_access;
    return vfs;
  }();
  static const int kRegistered = sqlite3_vfs_register(&reader, 0);
  return kRegistered == SQLITE_OK ? reader.zName : "";
}

std::string ReaderFiles::uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.';
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri + "?readonly_shm=1";
}

bool ReaderFiles::reads_unguarded(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file->pMethods == nullptr)
    return false;
  const ReaderState& state = state_of(file);
  return state.has_log ? state.without_index : state.in_wal_mode;
}

FileMark FileMark::of(const std::filesystem::path& file) {
  constexpr std::int64_t kTick = 10'000'000;  // the slowest clock of a kernel's files
  FileMark mark;
  for (bool waited = false;; waited = true) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return mark;
    mark.device_ = status.st_dev;
    mark.inode_ = status.st_ino;
    mark.size_ = status.st_size;
    mark.written_ = nanoseconds(status.st_mtim);
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    const std::int64_t age = nanoseconds(now) - mark.written_;
    if (waited || age < 0 || age >= kTick) return mark;
    std::this_thread::sleep_for(std::chrono::nanoseconds{kTick});
  }
}

bool FileMark::was_written(const std::filesystem::path& file) const {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || status.st_dev != device_ || status.st_ino != inode_) return false;
  return status.st_size != size_ || nanoseconds(status.st_mtim) != written_;
}

}  // namespace reportctl::source
