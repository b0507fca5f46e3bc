// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "folder.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

namespace {

constexpr std::size_t kBlock = 256U << 10U;
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/// What is below the directory is reached step by step, through no symbolic link.
class FileFolder final : public Folder {
 public:
  explicit FileFolder(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] std::string describe() const override { return "file:" + visible(root_.string()); }

  void look() override {
    open_root();
    if (::access(root_.c_str(), W_OK | X_OK) != 0)
      throw system_error(ErrorKind::config, visible(root_.string()) + " cannot be written", errno);
  }

  bool has(const std::string& path) override {
    const auto place = place_of(path, Missing::stays);
    struct stat status {};
    if (!place.directory) return false;
    if (::fstatat(place.directory.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      // rename() below gave it its name by a link, and the process ended before this one was removed.
      const bool is_named = S_ISREG(status.st_mode) && status.st_nlink > 1 && place.name.ends_with(kBeside);
      if (is_named) ::unlinkat(place.directory.get(), place.name.c_str(), 0);
      return !is_named;
    }
    if (errno == ENOENT) return false;
    throw trouble("cannot look for", path);
  }

  void write(const std::string& path, const Parcel& parcel) override {
    const auto place = place_of(path, Missing::is_made);
    const Fd file(
        ::openat(place.directory.get(), place.name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file || ::fchmod(file.get(), 0600U | (rights_ & (S_IRGRP | S_IROTH))) != 0) throw trouble("cannot create", path);
    FdSink out(file.get(), shown(path));
    std::vector<char> block(kBlock);
    for (std::uint64_t at = 0; const auto count = read_at(parcel.file, at, block.data(), block.size()); at += count) {
      throw_if_stopped();
      out.write({block.data(), count});
    }
    if (::fsync(file.get()) != 0) throw trouble("cannot write", path);
  }

  void rename(const std::string& from, const std::string& to) override {
    const auto source = place_of(from, Missing::stays), target = place_of(to, Missing::stays);
    const int at = target.directory.get();
    int error =
        ::renameat2(source.directory.get(), source.name.c_str(), at, target.name.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (error == EINVAL || error == ENOSYS) {  // NFS and others: no such flag
      error = ::linkat(source.directory.get(), source.name.c_str(), at, target.name.c_str(), 0) == 0 ? 0 : errno;
      if (error == 0) ::unlinkat(source.directory.get(), source.name.c_str(), 0);
    }
    if (error == 0 && ::fsync(at) != 0) error = errno;
    errno = error;
    if (error != 0) throw trouble("cannot create", to);
  }

  void remove(const std::string& path) override {
    const auto place = place_of(path, Missing::stays);
    if (place.directory && ::unlinkat(place.directory.get(), place.name.c_str(), 0) != 0 && errno != ENOENT)
      throw trouble("cannot remove", path);
  }

 private:
  enum class Missing { stays, is_made };
  struct Place {
    Fd directory;  ///< none: it is not there
    std::string name;
  };

  [[nodiscard]] std::string shown(const std::string& path) const { return visible((root_ / path).string()); }
  [[nodiscard]] Error trouble(const char* what, const std::string& path) const {
    return system_error(ErrorKind::output, fmt::format("{} {}", what, shown(path)), errno);
  }

  /// Rights that the operator gave to others on the directory hold for what is put into it.
  Fd open_root() {
    Fd root(::open(root_.c_str(), kDirectory));
    struct stat status {};
    if (!root || ::fstat(root.get(), &status) != 0)
      throw system_error(ErrorKind::output, "cannot open the directory " + visible(root_.string()), errno);
    rights_ = status.st_mode & 07777U;
    return root;
  }

  Place place_of(const std::string& path, Missing missing) {
    auto steps = split(path, '/');
    Place place{open_root(), std::move(steps.back())};
    steps.pop_back();
    for (const auto& step : steps) {
      const bool is_new = missing == Missing::is_made && ::mkdirat(place.directory.get(), step.c_str(), 0700) == 0;
      Fd next(::openat(place.directory.get(), step.c_str(), kDirectory | O_NOFOLLOW));
      if (!next && errno == ENOENT && missing == Missing::stays) return {};
      if (!next || (is_new && (::fchmod(next.get(), 0700U | rights_) != 0 || ::fsync(place.directory.get()) != 0)))
        throw trouble("cannot open the directory of", path);
      place.directory = std::move(next);
    }
    return place;
  }

  std::filesystem::path root_;
  mode_t rights_ = 0;
};

}  // namespace

std::unique_ptr<Folder> make_file_folder(const DestinationSettings& settings) {
  const std::string path = settings.url.substr(std::string_view("file:").size());
  if (!path.starts_with('/') || has_control(path))
    throw Error(ErrorKind::config, fmt::format("destinations.{}.url needs an absolute path", settings.name), "write file:/PATH");
  return std::make_unique<FileFolder>(path);
}

}  // namespace reportctl::delivery
