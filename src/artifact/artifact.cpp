// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/artifact/artifact.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::artifact {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "file:";
constexpr std::size_t kBlock = 256U << 10U;

bool is_sha256(const std::string& text) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), hex);
}

/// The descriptor's offset is left alone.
std::string hash_of(const Fd& file, const fs::path& path) {
  Sha256 hash;
  std::vector<char> block(kBlock);
  for (off_t offset = 0;;) {
    const ssize_t got = ::pread(file.get(), block.data(), block.size(), offset);
    if (got == 0) return hash.finish();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(ErrorKind::failed, "cannot read the stored file " + visible(path.string()), errno);
    hash.update({block.data(), static_cast<std::size_t>(got)});
    offset += got;
  }
}

Fd open_stored(const fs::path& path) { return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)); }

}  // namespace

Directory Directory::open(const std::string& url) {
  const std::string path = url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
  const bool names_a_host = path.starts_with("//") && !path.starts_with("///");
  if (!path.starts_with('/') || names_a_host || has_control(path))
    throw Error(ErrorKind::config, fmt::format("artifacts.url \"{}\" is not a place for files", visible(url)),
                "write file: and an absolute path, like file:/var/lib/reportctl/artifacts");
  const fs::path root = fs::path(path).lexically_normal();
  ensure_directory(root);
  return Directory(root);
}

TempFile Directory::spool() const { return TempFile::create(root_); }

fs::path Directory::path_of(const std::string& sha256) const {
  if (!is_sha256(sha256))
    throw Error(ErrorKind::not_found, fmt::format("\"{}\" is not the name of a stored file", visible(sha256)));
  return root_ / sha256.substr(0, 2) / sha256;
}

void Directory::put(TempFile& file, const std::string& sha256) {
  const fs::path path = path_of(sha256);
  ensure_directory(path.parent_path());
  while (!file.link_as(path)) {
    // Stored before, perhaps by a process that ended before it was durable; changed bytes are replaced by the right ones.
    const Fd stored = open_stored(path);
    if (stored && hash_of(stored, path) == sha256) {
      if (::fsync(stored.get()) != 0) throw system_error(ErrorKind::output, "cannot write " + visible(path.string()), errno);
      fsync_directory(path.parent_path());
      break;
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      throw system_error(ErrorKind::output, "cannot replace the changed file " + visible(path.string()), errno);
  }
  fsync_directory(root_);  // the shard may be new
}

Fd Directory::get(const std::string& sha256) const {
  const fs::path path = path_of(sha256);
  Fd file = open_stored(path);
  if (!file && (errno == ENOENT || errno == ENOTDIR))
    throw Error(ErrorKind::not_found, fmt::format("the stored file {} is not there any more", sha256),
                "it was pruned; make the report again with reportctl run");
  if (!file) throw system_error(ErrorKind::failed, "cannot open the stored file " + visible(path.string()), errno);
  if (hash_of(file, path) != sha256)
    throw Error(ErrorKind::failed, fmt::format("the stored file {} was changed after it was stored", visible(path.string())),
                "restore it from a backup, or make the report again");
  return file;
}

}  // namespace reportctl::artifact
