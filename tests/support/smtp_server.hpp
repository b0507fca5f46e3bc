// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;

namespace reportctl::testing {

/// A folder that is gone with this object.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reportctl-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A Python server of tests/support: started with arguments, prints its port, ends and writes its log on SIGTERM.
class PythonServer {
 public:
  PythonServer(const std::string& script, const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"/usr/bin/python3", std::string(REPORTCTL_ROOT) + "/tests/support/" + script, "--log",
                                   (folder_.path() / "log.json").string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int error = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error != 0) throw std::runtime_error("cannot start " + script);
    std::string text;
    for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) text.push_back(c);
    ::close(ends[0]);
    port_ = std::atoi(text.c_str());
    if (port_ == 0) throw std::runtime_error(script + " did not say its port");
  }
  ~PythonServer() { stop(); }
  PythonServer(const PythonServer&) = delete;
  PythonServer& operator=(const PythonServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Ends the server and reads what it saw.
  nlohmann::json log() {
    stop();
    return nlohmann::json::parse(slurp(folder_.path() / "log.json"));
  }

 private:
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  TempFolder folder_;
  pid_t pid_ = -1;
  int port_ = 0;
};

inline std::string decode_base64(const std::string& text) {
  static const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string::npos) continue;
    bits = (bits << 6U) | static_cast<unsigned>(value);
    if ((count += 6) >= 8) out.push_back(static_cast<char>(bits >> (count -= 8)));
  }
  return out;
}

/// A certificate authority and a certificate for localhost and 127.0.0.1, made by openssl once for the process.
struct Certificates {
  std::filesystem::path authority;
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path stranger;  ///< another authority, which signed nothing
};
inline const Certificates& certificates() {
  static const TempFolder folder;
  static const Certificates made = [] {
    const std::string at = folder.path().string();
    const std::string command =
        "cd " + at +
        " && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=reportctl test authority' -keyout ca.key -out ca.pem "
        "2>/dev/null"
        " && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=stranger' -keyout other.key -out other.pem 2>/dev/null"
        " && openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout server.key -out server.csr 2>/dev/null"
        " && printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > san"
        " && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.pem "
        "2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl failed");
    return Certificates{folder.path() / "ca.pem", folder.path() / "server.pem", folder.path() / "server.key",
                        folder.path() / "other.pem"};
  }();
  return made;
}

}  // namespace reportctl::testing
