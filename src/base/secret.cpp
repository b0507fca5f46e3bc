// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/secret.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/key_file.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestSecret = 4096;
constexpr std::chrono::seconds kCommandTimeout{10};

/// Who else may be able to read the file.
enum class Keeping {
  ours,             ///< the file's owner and mode must keep others out
  service_manager,  ///< systemd's directory does; an ACL there shows up as group bits in the mode
};

void check_keeping(const struct stat& status, const std::string& path, const std::string& name) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    throw Error(ErrorKind::config, name + " belongs to another user",
                fmt::format("chown {} {}; root may own it too", current_login(), path));
  // 0640 root:reportctl: root has decided which group it is.
  const mode_t others = status.st_uid == 0 && ::geteuid() != 0 ? 037U : 077U;
  if ((status.st_mode & others) != 0) throw Error(ErrorKind::config, name + " can be read by others", "chmod 600 " + path);
}

std::string read_kept_file(const fs::path& path, Keeping keeping) {
  const std::string name = "the secret file " + visible(path.string());
  const Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ELOOP) throw Error(ErrorKind::config, name + " is a symbolic link", "name the file itself");
  if (!fd) throw system_error(ErrorKind::config, "cannot open " + name, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error(ErrorKind::config, "cannot read " + name, errno);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::config, name + " is not a regular file");
  if (keeping == Keeping::ours) check_keeping(status, visible(path.string()), name);
  std::string text(kLongestSecret + 1, '\0');  // allocated once: no copies are left behind by growing
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count > 0) size += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR) throw system_error(ErrorKind::config, "cannot read " + name, errno);
  }
  if (size > kLongestSecret) throw Error(ErrorKind::config, fmt::format("{} is larger than {} bytes", name, kLongestSecret));
  text.resize(size);
  return text;
}

/// The file itself, where it is in the directory; `..` and symbolic links that lead out of it are refused.
fs::path file_within(const SecretSource& source) {
  std::error_code error;
  const fs::path directory = fs::canonical(source.within, error);
  if (error) throw Error(ErrorKind::config, fmt::format("cannot open {}: {}", visible(source.within.string()), error.message()));
  const fs::path file = fs::canonical(source.file, error);
  const std::string name = "the secret file " + visible(source.file.string());
  if (error) throw Error(ErrorKind::config, fmt::format("cannot open {}: {}", name, error.message()));
  const auto [end, ignored] = std::mismatch(directory.begin(), directory.end(), file.begin(), file.end());
  if (end != directory.end()) throw Error(ErrorKind::config, fmt::format("{} is not in {}", name, visible(directory.string())));
  return file;
}

/// Takes the text; without its last line end.
Secret checked_secret(std::string text, const std::string& origin) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  const bool has_nul = text.find('\0') != std::string::npos;
  const bool has_lines = text.find_first_of("\r\n") != std::string::npos;
  Secret secret(std::move(text));
  if (secret.reveal().empty()) throw Error(ErrorKind::config, origin + " is empty");
  // Nobody means a line end to be part of it: with two keys in a file, neither would be right.
  if (has_lines) throw Error(ErrorKind::config, origin + " has more than one line", "keep one secret in it, on one line");
  if (has_nul) throw Error(ErrorKind::config, origin + " has a NUL byte");
  return secret;
}

std::optional<fs::path> credential_path(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name == "." || name == ".." || name.find('/') != std::string::npos || has_control(name))
    throw Error(ErrorKind::config, fmt::format("\"{}\" is not the name of a credential", visible(name)),
                "write the name without a directory");
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0') return std::nullopt;
  fs::path path = fs::path(directory) / name;
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() == fs::file_type::not_found) return std::nullopt;
  return path;
}

}  // namespace

Secret::~Secret() {
  value_.resize(value_.capacity());  // a moved-from short string keeps its bytes in the object: wipe all that there is room for
  ::explicit_bzero(value_.data(), value_.size());
}

std::optional<Secret> read_secret(const SecretSource& source) {
  if (const auto path = credential_path(source.credential))
    return checked_secret(read_kept_file(*path, Keeping::service_manager), "the credential " + source.credential);
  if (!source.file.empty()) {
    const fs::path file = source.within.empty() ? source.file : file_within(source);
    return checked_secret(read_kept_file(file, Keeping::ours), "the secret file " + visible(source.file.string()));
  }
  if (source.command.empty()) return std::nullopt;
  const std::string origin = "the output of the secret command " + visible(source.command.front());
  CommandResult result = run_command(source.command, kCommandTimeout, kLongestSecret);
  Secret secret(std::move(result.output));
  if (result.exit_code != 0)
    throw Error(ErrorKind::config,
                fmt::format("the secret command {} ended with code {}", visible(source.command.front()), result.exit_code));
  return checked_secret(secret.reveal(), origin);
}

void require_kept_key(const fs::path& path) { const Secret key(read_kept_file(path, Keeping::ours)); }

void keep_out_of_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace reportctl
