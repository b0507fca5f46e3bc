// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reportctl/base/hash.hpp"
#include "reportctl/delivery/destination.hpp"
#include "smtp_server.hpp"

namespace reportctl::testing {

/// A destination whose files lie below a directory of this host.
struct PlaceLab {
  virtual ~PlaceLab() = default;
  TempFolder folder;
  virtual delivery::DestinationSettings settings() = 0;
  [[nodiscard]] virtual std::filesystem::path root() const = 0;
  /// How the place keeps a file of that name.
  [[nodiscard]] virtual std::string kept_as(const std::string& name) const { return name; }
  virtual void break_down() = 0;
  /// What is there: {`in/sales.csv`: content}.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    if (!std::filesystem::is_directory(root())) return found;
    const auto ending = kept_as("");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root())) {
      const auto name = std::filesystem::relative(entry.path(), root()).string();
      if (entry.is_regular_file() && name.ends_with(ending))
        found[name.substr(0, name.size() - ending.size())] = slurp(entry.path());
    }
    return found;
  }
  /// As another program would.
  void put(const std::string& name, const std::string& content) const {
    const auto path = root() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }
};

struct DirectoryLab : PlaceLab {
  DirectoryLab() { std::filesystem::create_directory(root()); }
  delivery::DestinationSettings settings() override {
    delivery::DestinationSettings made;
    made.name = "partner";
    made.url = "file:" + root().string();
    return made;
  }
  [[nodiscard]] std::filesystem::path root() const override { return folder.path() / "place"; }
  void break_down() override {
    std::filesystem::remove_all(root());
    std::ofstream(root()) << "not a directory";
  }
};

/// OpenSSH's own server.
struct SftpLab : PlaceLab {
  std::unique_ptr<PythonServer> server =
      std::make_unique<PythonServer>("sftp_server.py", std::vector<std::string>{"--dir", folder.path().string()});
  int port = server->port();
  static std::string user() { return ::geteuid() == 0 ? "nobody" : ::getpwuid(::geteuid())->pw_name; }
  delivery::DestinationSettings settings() override {
    delivery::DestinationSettings made;
    made.name = "partner";
    made.url = "sftp://" + user() + "@127.0.0.1:" + std::to_string(port) + root().string() + "/";
    made.key_file = folder.path() / "user";
    made.known_hosts = folder.path() / "known_hosts";
    return made;
  }
  [[nodiscard]] std::filesystem::path root() const override { return folder.path() / "home"; }
  void break_down() override { server.reset(); }
};

/// The server of tests/support/s3.py, for the whole program, with which it ends.
struct BucketServer {
  std::string endpoint;
  std::filesystem::path directory;
  static const BucketServer& server() {
    static const BucketServer made = [] {
      BucketServer bucket;
      FILE* pipe = ::popen("exec /usr/bin/python3 " REPORTCTL_ROOT "/tests/support/s3.py serve", "re");
      char endpoint[1024] = "", directory[1024] = "";
      if (pipe != nullptr && std::fscanf(pipe, "%1023s %1023s", endpoint, directory) == 2 &&
          std::string(endpoint) != "skipped:") {
        bucket.endpoint = endpoint;
        bucket.directory = directory;
      }
      return bucket;
    }();
    return made;
  }
};

struct BucketLab : PlaceLab {
  std::string prefix = "places/" + new_id();
  bool broken = false;
  BucketLab() {
    std::ofstream(folder.path() / "access") << "AKIDTESTS\n";
    std::ofstream(folder.path() / "secret") << "secret/key+of=the/tests\n";
    for (const char* file : {"access", "secret"}) ::chmod((folder.path() / file).c_str(), 0600);
    std::filesystem::create_directories(root());
  }
  delivery::DestinationSettings settings() override {
    delivery::DestinationSettings made;
    made.name = "partner";
    made.url = "s3://reports/" + prefix;
    made.s3.endpoint = broken ? "http://127.0.0.1:9" : BucketServer::server().endpoint;
    made.s3.access_key.file = folder.path() / "access";
    made.s3.secret_key.file = folder.path() / "secret";
    made.s3.first_pause = std::chrono::milliseconds(1);
    return made;
  }
  [[nodiscard]] std::filesystem::path root() const override { return BucketServer::server().directory / prefix; }
  [[nodiscard]] std::string kept_as(const std::string& name) const override { return name + "._S3rver_object"; }
  static bool is_available() { return !BucketServer::server().endpoint.empty(); }
  void break_down() override { broken = true; }
};

}  // namespace reportctl::testing
