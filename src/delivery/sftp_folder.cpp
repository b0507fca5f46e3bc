// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>

#include "folder.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/key_file.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/handle.hpp"

namespace reportctl::delivery {

namespace {

constexpr std::string_view kScheme = "sftp://";
/// Debian 12's libssh2 (1.10) has no signatures of RSA keys with SHA-2, and servers take no others any more.
constexpr const char* kKeys = "use an ed25519 or ecdsa key: RSA keys do not work with servers of today";

/// A url, taken apart. Its texts hold nothing that would have to be quoted in a url or for libcurl's commands.
struct Server {
  std::string user, host;
  std::uint16_t port = 22;
  std::string path;      ///< of the folder: empty, or a plain path
  bool in_home = false;  ///< it is below the user's home, else below the root
  /// As libcurl's commands take it.
  [[nodiscard]] std::string path_of(const std::string& below) const {
    const std::string whole = path + (path.empty() || below.empty() ? "" : "/") + below;
    return in_home ? (whole.empty() ? "." : whole) : "/" + whole;
  }
  [[nodiscard]] std::string url(const std::string& below) const {
    const auto absolute = path_of(below);
    return fmt::format("sftp://{}:{}{}{}", host, port, in_home ? "/~/" : "", absolute == "." ? "" : absolute);
  }
};

Server parse_server(const DestinationSettings& settings) {
  const auto refuse = [&](const std::string& why) {
    return Error(ErrorKind::config, fmt::format("destinations.{}.url: {}", settings.name, why),
                 "write sftp://USER@HOST/PATH, or sftp://USER@HOST:PORT/~/PATH below the home of the user");
  };
  const std::string rest = settings.url.substr(kScheme.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto at = rest.substr(0, slash).rfind('@');
  Server server;
  if (at == std::string::npos || !is_plain_path(rest.substr(0, at)) || rest.substr(0, at).find('/') != std::string::npos)
    throw refuse("it names no user: letters, digits and ._-, and no password");
  server.user = rest.substr(0, at);
  const auto authority = parse_authority(std::string_view(rest).substr(at + 1, slash - at - 1));
  if (!authority.problem.empty()) throw refuse(authority.problem);
  server.host = authority.host;
  server.port = authority.port.value_or(server.port);
  std::string path = rest.substr(slash);
  if (path.ends_with('/')) path.pop_back();
  server.in_home = path == "/~" || path.starts_with("/~/");
  server.path = path.substr(std::min<std::size_t>(server.in_home ? 3 : 1, path.size()));
  if (!server.path.empty() && !is_plain_path(server.path)) throw refuse("its path is not letters, digits and ._- with / between");
  return server;
}

/// What the callbacks of an upload work on.
struct Upload {
  const Parcel& parcel;
  std::uint64_t sent = 0;
  std::exception_ptr thrown = {};
};

std::size_t on_parcel_read(char* out, std::size_t size, std::size_t count, void* self) {
  auto& upload = *static_cast<Upload*>(self);
  try {
    const auto got = read_at(upload.parcel.file, upload.sent, out, size * count);
    upload.sent += got;
    return got;
  } catch (...) {  // an exception must not pass through libcurl
    upload.thrown = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

int on_parcel_seek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Upload*>(self)->sent = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t on_nothing(char*, std::size_t size, std::size_t count, void*) { return size * count; }

enum class OnStop { ends, goes_on };

/// libcurl speaks SFTP; commands like `rename` go along with a transfer of nothing.
class SftpFolder final : public Folder {
 public:
  SftpFolder(DestinationSettings settings, Server server) : settings_(std::move(settings)), server_(std::move(server)) {}

  [[nodiscard]] std::string describe() const override {
    return fmt::format("sftp://{}@{}:{}{}{}", server_.user, server_.host, server_.port, server_.in_home ? "/~/" : "/",
                       server_.path);
  }

  void look() override {
    if (!has("")) throw Error(ErrorKind::config, fmt::format("there is no directory {}", describe()));
  }

  bool has(const std::string& path) override {
    prepare(path.empty() ? server_.url("") + "/" : server_.url(path), OnStop::goes_on);
    handle().set(CURLOPT_NOBODY, 1L);
    handle().set(CURLOPT_FILETIME, 1L);  // which is asked for before the file is opened, and needs no right to read it
    const auto code = perform();
    const bool was_seen = handle().file_time() >= 0;
    if (path.empty() && code == CURLE_OK) return was_seen;
    if (code == CURLE_OK || (code == CURLE_REMOTE_ACCESS_DENIED && was_seen)) return true;
    if (code == CURLE_REMOTE_FILE_NOT_FOUND || code == CURLE_REMOTE_ACCESS_DENIED) return false;
    throw trouble("cannot look for", path, code);
  }

  void write(const std::string& path, const Parcel& parcel) override {
    auto code = upload(path, parcel, {});
    if (code == CURLE_REMOTE_FILE_NOT_FOUND && path.find('/') != std::string::npos) {
      http::Lines directories;
      for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        directories.add("*mkdir " + server_.path_of(path.substr(0, slash)));
      code = upload(path, parcel, directories);
    }
    if (code != CURLE_OK) throw trouble("cannot write", path, code);
  }

  void rename(const std::string& from, const std::string& to) override {
    command(fmt::format("rename {} {}", server_.path_of(from), server_.path_of(to)), "cannot create", to);
  }

  void remove(const std::string& path) override { command("*rm " + server_.path_of(path), "cannot remove", path); }

 private:
  http::Handle& handle() {
    if (handle_) return *handle_;
    require_trusted(settings_.known_hosts, ErrorKind::config);
    return handle_.emplace();
  }

  void prepare(const std::string& url, OnStop on_stop) {
    silent_ = false;
    handle().prepare({{}, settings_.connect_timeout},
                     [this, on_stop, last = curl_off_t{0}, life = std::chrono::steady_clock::now()](curl_off_t sent) mutable {
                       const auto now = std::chrono::steady_clock::now();
                       if (sent != last) life = now;
                       last = sent;
                       silent_ = now - life > settings_.response_timeout;
                       return !silent_ && (on_stop == OnStop::goes_on || !stop_requested());
                     });
    handle().set(CURLOPT_PROTOCOLS_STR, "sftp");
    handle().set(CURLOPT_URL, url.c_str());
    handle().set(CURLOPT_PATH_AS_IS, 1L);
    handle().set(CURLOPT_USERNAME, server_.user.c_str());
    handle().set(CURLOPT_SSH_KNOWNHOSTS, settings_.known_hosts.c_str());  // of no other key anything is accepted
    handle().set(CURLOPT_WRITEFUNCTION, on_nothing);
    authenticate();
  }

  void authenticate() {
    if (settings_.key_file.empty()) {
      const auto password = read_secret(settings_.password);
      if (!password) throw Error(ErrorKind::config, fmt::format("destinations.{}: there is no password", settings_.name));
      handle().set(CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
      handle().set(CURLOPT_PASSWORD, password->reveal().c_str());
      return;
    }
    require_kept_key(settings_.key_file);
    handle().set(CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PUBLICKEY));
    handle().set(CURLOPT_SSH_PRIVATE_KEYFILE, settings_.key_file.c_str());
  }

  CURLcode perform() {
    const auto code = handle().perform();
    if (code == CURLE_ABORTED_BY_CALLBACK && !silent_) throw_if_stopped();
    return code;
  }

  CURLcode upload(const std::string& path, const Parcel& parcel, const http::Lines& before) {
    Upload upload{parcel};
    prepare(server_.url(path), OnStop::ends);
    handle().set(CURLOPT_UPLOAD, 1L);
    handle().set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(parcel.size));
    handle().set(CURLOPT_READFUNCTION, on_parcel_read);
    handle().set(CURLOPT_READDATA, static_cast<void*>(&upload));
    handle().set(CURLOPT_SEEKFUNCTION, on_parcel_seek);
    handle().set(CURLOPT_SEEKDATA, static_cast<void*>(&upload));
    if (before.get() != nullptr) handle().set(CURLOPT_QUOTE, before.get());
    const auto code = perform();
    if (upload.thrown) std::rethrow_exception(upload.thrown);
    return code;
  }

  void command(const std::string& text, const char* what, const std::string& path) {
    http::Lines lines;
    lines.add(text);
    prepare(server_.url("") + "/", OnStop::goes_on);
    handle().set(CURLOPT_NOBODY, 1L);
    handle().set(CURLOPT_QUOTE, lines.get());
    if (const auto code = perform(); code != CURLE_OK) throw trouble(what, path, code);
  }

  Error trouble(const char* what, const std::string& path, CURLcode code) {
    const auto step = fmt::format("{} {} in {}", what, path.empty() ? "the directory" : path, describe());
    if (silent_)
      return {ErrorKind::output, fmt::format("{}: the server was silent for {} s", step, settings_.response_timeout.count())};
    const auto words = visible(handle().words(code));
    if (code == CURLE_PEER_FAILED_VERIFICATION)
      return {
          ErrorKind::config,
          fmt::format("{}: the key of the server is not in {}, or another one is", step, visible(settings_.known_hosts.string())),
          fmt::format("ask whoever runs it for its key; ssh-keyscan -p {} {} shows what answers", server_.port, server_.host)};
    if (code == CURLE_LOGIN_DENIED || code == CURLE_FAILED_INIT)
      return {ErrorKind::config, fmt::format("{}: the login of {} is refused: {}", step, server_.user, words), kKeys};
    return {ErrorKind::output, fmt::format("{}: {}", step, words)};
  }

  DestinationSettings settings_;
  Server server_;
  bool silent_ = false;
  std::optional<http::Handle> handle_;
};

}  // namespace

std::unique_ptr<Folder> make_sftp_folder(const DestinationSettings& settings) {
  const auto require = [&](bool there, const char* what, const char* hint) {
    if (!there) throw Error(ErrorKind::config, fmt::format("destinations.{} needs {}", settings.name, what), hint);
  };
  auto server = parse_server(settings);
  require(!settings.known_hosts.empty(), "known_hosts: a file with the key of the server", "ssh-keyscan HOST, and compare it");
  require(!settings.key_file.empty() || !settings.password.empty(), "key_file, the private key, or a password_file", kKeys);
  return std::make_unique<SftpFolder>(settings, std::move(server));
}

}  // namespace reportctl::delivery
