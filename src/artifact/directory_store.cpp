// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <vector>

#include "reportctl/base/base64.hpp"
#include "reportctl/base/directory.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/leftovers.hpp"
#include "reportctl/base/text.hpp"
#include "stores.hpp"

namespace reportctl::artifact {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 256U << 10U;
constexpr std::size_t kShortestSecret = 32;

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

/// Storing and removing exclude each other across processes: nobody finds a file stored that is being removed. Locks of one kind
/// do not wait for each other.
Fd locked(const fs::path& root, int kind) {
  Fd directory(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw system_error(ErrorKind::output, "cannot open " + visible(root.string()), errno);
  while (::flock(directory.get(), kind) != 0) {
    if (errno != EINTR) throw system_error(ErrorKind::output, "cannot lock " + visible(root.string()), errno);
  }
  return directory;
}

Fd open_stored(const fs::path& path) { return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)); }

/// The part of a url that a web server sees as its $uri; empty: not a base for links.
std::string path_of_base(const std::string& base) {
  const std::size_t scheme = base.find("://");
  const std::size_t path = scheme == std::string::npos ? scheme : base.find('/', scheme + 3);
  return path == std::string::npos ? std::string() : base.substr(path);
}

/// Goes into nginx's configuration as well, where quotes, `$` and backslashes mean something.
bool is_link_secret(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return text.size() >= kShortestSecret && std::all_of(text.begin(), text.end(), plain);
}

std::string base64_of_urls(std::string_view bytes) {
  std::string text = base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

class Directory final : public Store {
 public:
  Directory(fs::path root, StoreSettings settings);
  [[nodiscard]] const fs::path& root() const override { return root_; }
  void put(TempFile& file, const std::string& sha256) override;
  [[nodiscard]] Fd get(const std::string& sha256, std::optional<std::int64_t> bytes) override;
  [[nodiscard]] bool has(const std::string& sha256) override;
  [[nodiscard]] std::string owner() override;
  void set_owner(const std::string& text) override;
  [[nodiscard]] std::string place() const override { return visible(root_.string()); }
  void sweep(Instant before) override;
  void each(const std::function<void(const StoredFile&)>& see) override;
  bool remove(const std::string& sha256, Instant before) override;
  [[nodiscard]] Link link(const LinkRequest&) override;
  [[nodiscard]] std::string check() override;

 private:
  void make_shard(const fs::path& shard) const;

  fs::path root_;
  StoreSettings settings_;
  std::set<fs::path> known_shards_;  ///< durable, and never removed
  mode_t folder_mode_ = 0700;
};

Directory::Directory(fs::path root, StoreSettings settings) : root_(std::move(root)), settings_(std::move(settings)) {
  ensure_directory(root_);
  struct stat status {};
  // Rights that the operator gave to the directory's group, a web server's, hold for what is put into it.
  if (::stat(root_.c_str(), &status) == 0) folder_mode_ = 0700U | (status.st_mode & (S_ISGID | S_IRGRP | S_IXGRP));
}

void Directory::make_shard(const fs::path& shard) const {
  if (::mkdir(shard.c_str(), 0700) == 0) {
    if (folder_mode_ != 0700 && ::chmod(shard.c_str(), folder_mode_) != 0)
      throw system_error(ErrorKind::output, "cannot set the mode of " + visible(shard.string()), errno);
    return;
  }
  ensure_directory(shard);
}

void Directory::put(TempFile& file, const std::string& sha256) {
  const fs::path path = root_ / sharded(sha256);
  make_shard(path.parent_path());
  if ((folder_mode_ & S_IRGRP) != 0 && ::fchmod(file.fd(), 0640) != 0)
    throw system_error(ErrorKind::output, "cannot set the mode of " + visible(path.string()), errno);
  const Fd lock = locked(root_, LOCK_SH);
  do {
    // Stored before, perhaps by a process that ended before it was durable; changed bytes are replaced by the right ones.
    const Fd stored = open_stored(path);
    if (stored && hash_of(stored, path) == sha256) {
      if (::futimens(stored.get(), nullptr) != 0)
        throw system_error(ErrorKind::output, "cannot touch " + visible(path.string()), errno);
      if (::fsync(stored.get()) != 0) throw system_error(ErrorKind::output, "cannot write " + visible(path.string()), errno);
      fsync_directory(path.parent_path());
      break;
    }
    if (!stored && errno == ENOENT) continue;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      throw system_error(ErrorKind::output, "cannot replace the changed file " + visible(path.string()), errno);
  } while (!file.link_as(path));
  const auto shard = path.parent_path().filename();
  if (known_shards_.contains(shard)) return;
  fsync_directory(root_);  // it may be new
  known_shards_.insert(shard);
}

bool Directory::has(const std::string& sha256) {
  std::error_code error;
  const bool there = fs::is_regular_file(fs::symlink_status(root_ / sharded(sha256), error));
  if (error && error != std::errc::no_such_file_or_directory)
    throw system_error(ErrorKind::failed, "cannot look into " + visible(root_.string()), error.value());
  return there;
}

std::string Directory::owner() {
  try {
    return read_file(root_ / kOwnerFile, kLongestOwner);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return {};
    throw;
  }
}

void Directory::set_owner(const std::string& text) {
  AtomicFile file(root_ / kOwnerFile);
  file.write(text);
  file.commit();
}

void Directory::sweep(Instant before) {
  remove_leftovers(root_, before);
  std::error_code gone;
  for (const auto& shard : fs::directory_iterator(root_, gone))
    if (shard.is_directory(gone)) remove_leftovers(shard.path(), before);
}

Fd Directory::get(const std::string& sha256, std::optional<std::int64_t>) {
  const fs::path path = root_ / sharded(sha256);
  Fd file = open_stored(path);
  if (!file && (errno == ENOENT || errno == ENOTDIR)) throw lost_file(sha256, place());
  if (!file) throw system_error(ErrorKind::failed, "cannot open the stored file " + visible(path.string()), errno);
  if (hash_of(file, path) != sha256)
    throw Error(ErrorKind::failed, fmt::format("the stored file {} was changed after it was stored", visible(path.string())),
                "restore it from a backup, or make the report again");
  return file;
}

void Directory::each(const std::function<void(const StoredFile&)>& see) {
  const auto see_all = [](const fs::path& directory, const auto& see_entry) {
    const auto error = each_entry(directory, see_entry);
    // Whatever is removed while we look is not there.
    if (error && error != std::errc::no_such_file_or_directory)
      throw system_error(ErrorKind::output, "cannot list " + visible(directory.string()), error.value());
  };
  remove_old_temporaries(root_, "tmp.");  // of libxlsxwriter, for the moment in which its files have names
  see_all(root_, [&](const fs::directory_entry& shard) {
    std::error_code gone;
    if (shard.path().filename().string().size() != 2 || !shard.is_directory(gone)) return;
    see_all(shard.path(), [&](const fs::directory_entry& entry) {
      const std::string name = entry.path().filename().string();
      struct stat status {};
      if (!is_sha256(name) || ::lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
      see({.sha256 = name, .bytes = status.st_size, .stored_at = Instant{std::chrono::seconds{status.st_mtim.tv_sec}}});
    });
  });
}

bool Directory::remove(const std::string& sha256, Instant before) {
  const fs::path path = root_ / sharded(sha256);
  const Fd lock = locked(root_, LOCK_EX);
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return true;
  if (status.st_mtim.tv_sec >= before.time_since_epoch().count()) return false;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    throw system_error(ErrorKind::output, "cannot remove " + visible(path.string()), errno);
  fsync_directory(path.parent_path());
  return true;
}

Link Directory::link(const LinkRequest& request) {
  if (settings_.link_base.empty())
    throw Error(ErrorKind::config, "links to stored files are not configured: artifacts.link_base is not set",
                "let nginx show the directory as examples/nginx/reportctl.conf does, and set artifacts.link_base and "
                "artifacts.link_secret_file");
  const auto secret = read_secret(settings_.link_secret);
  if (!secret)
    throw Error(ErrorKind::config, "links to stored files have no secret: artifacts.link_secret_file is not set",
                "openssl rand -hex 32 makes one; nginx gets the same");
  if (!is_link_secret(secret->reveal()))
    throw Error(ErrorKind::config,
                fmt::format("the secret of links is not one: it takes at least {} letters and digits", kShortestSecret),
                "openssl rand -hex 32 makes one; nginx gets the same");
  const std::string below = fmt::format("/{}/{}", sharded(request.sha256), plain_file_name(request.file_name));
  const Instant ends = end_of(request, settings_.link_expiry);
  // secure_link_md5 "$secure_link_expires$uri $secret": the secret is last, so nothing can be appended to what is hashed.
  const Secret hashed(
      fmt::format("{}{}{} {}", ends.time_since_epoch().count(), path_of_base(settings_.link_base), below, secret->reveal()));
  return {fmt::format("{}{}?md5={}&expires={}", settings_.link_base, below, base64_of_urls(md5(hashed.reveal())),
                      ends.time_since_epoch().count()),
          ends};
}

std::string Directory::check() {
  if (::access(root_.c_str(), R_OK | W_OK | X_OK) != 0)
    throw Error(ErrorKind::config, fmt::format("{} cannot be written by this user", visible(root_.string())),
                "run as the user that owns it");
  return root_.string();
}

}  // namespace

std::unique_ptr<Store> open_directory(const StoreSettings& settings) {
  const std::string path = settings.url.starts_with(kFileScheme) ? settings.url.substr(kFileScheme.size()) : "";
  const bool names_a_host = path.starts_with("//") && !path.starts_with("///");
  if (!path.starts_with('/') || names_a_host || has_control(path))
    throw Error(ErrorKind::config, "artifacts.url is not a place for files",
                "write file: and an absolute path, like file:/var/lib/reportctl/artifacts, or s3://BUCKET/PREFIX");
  return std::make_unique<Directory>(fs::path(path).lexically_normal(), settings);
}

}  // namespace reportctl::artifact
