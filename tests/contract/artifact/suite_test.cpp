// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"

namespace fs = std::filesystem;
using namespace reportctl;

namespace {

// sha256sum of "hello\n", and of nothing
const std::string kHello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const std::string kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A kind of place, and its back door.
class Lab {
 public:
  Lab() {
    std::string pattern = (fs::temp_directory_path() / "reportctl-stores-XXXXXX").string();
    place_ = ::mkdtemp(pattern.data());
  }
  virtual ~Lab() { fs::remove_all(place_); }
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;
  [[nodiscard]] virtual artifact::StoreSettings settings() const = 0;
  [[nodiscard]] virtual fs::path file_of(const std::string& sha256) const = 0;
  [[nodiscard]] virtual bool available() const { return true; }
  [[nodiscard]] virtual const char* name() const = 0;
  [[nodiscard]] std::unique_ptr<artifact::Store> open() const { return artifact::open_store(settings()); }

 protected:
  fs::path place_;
};

class DirectoryLab final : public Lab {
 public:
  [[nodiscard]] artifact::StoreSettings settings() const override {
    artifact::StoreSettings settings;
    settings.url = "file:" + (place_ / "files").string();
    return settings;
  }
  [[nodiscard]] fs::path file_of(const std::string& sha256) const override {
    return place_ / "files" / sha256.substr(0, 2) / sha256;
  }
  [[nodiscard]] const char* name() const override { return "directory"; }
};

/// The server of tests/support/s3.py, for the whole program, with which it ends.
class S3Server {
 public:
  S3Server() : pipe_(::popen("exec /usr/bin/python3 " REPORTCTL_ROOT "/tests/support/s3.py serve", "re")) {
    std::string line(4096, '\0');
    if (pipe_ == nullptr || std::fgets(line.data(), static_cast<int>(line.size()), pipe_) == nullptr) return;
    line.resize(line.find('\n'));
    const auto words = split(line, ' ');
    if (words.size() == 2) {
      endpoint = words[0];
      bucket = words[1];
    } else {
      std::puts(line.c_str());
    }
  }
  ~S3Server() = default;  // pclose() would wait for what ends only after us
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;
  std::string endpoint;
  fs::path bucket;

 private:
  FILE* pipe_ = nullptr;
};

class S3Lab final : public Lab {
 public:
  S3Lab() {
    static const S3Server server;
    server_ = &server;
    std::ofstream(place_ / "access") << "AKIDTESTS\n";
    std::ofstream(place_ / "secret") << "secret/key+of=the/tests\n";
    for (const char* file : {"access", "secret"}) fs::permissions(place_ / file, fs::perms::owner_read | fs::perms::owner_write);
    prefix_ = "p" + new_id() + "/of files";
    prefix_.replace(prefix_.find(' '), 1, "-");
  }
  [[nodiscard]] artifact::StoreSettings settings() const override {
    artifact::StoreSettings settings;
    settings.url = "s3://reports/" + prefix_;
    settings.spool = place_;
    settings.s3.endpoint = server_->endpoint;
    settings.s3.access_key.file = place_ / "access";
    settings.s3.secret_key.file = place_ / "secret";
    settings.s3.multipart_from = 3'000'000;
    settings.s3.part_bytes = 1'000'000;
    return settings;
  }
  [[nodiscard]] fs::path file_of(const std::string& sha256) const override {
    return server_->bucket / prefix_ / sha256.substr(0, 2) / (sha256 + "._S3rver_object");
  }
  [[nodiscard]] bool available() const override { return !server_->endpoint.empty(); }
  [[nodiscard]] const char* name() const override { return "S3"; }

 private:
  const S3Server* server_ = nullptr;
  std::string prefix_;
};

void store(artifact::Store& place, const std::string& text, const std::string& sha256) {
  TempFile file = place.spool();
  file.write(text);
  place.put(file, sha256);
}

std::string read_all(const Fd& fd) {
  std::string text;
  std::string block(1U << 16U, '\0');
  for (ssize_t got = 0; (got = ::read(fd.get(), block.data(), block.size())) > 0;)
    text.append(block, 0, static_cast<std::size_t>(got));
  return text;
}

ErrorKind kind_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("no error");
  return ErrorKind::usage;
}

std::string large_text() {
  std::string text;
  for (int line = 0; text.size() < 3'500'000; ++line) text += std::to_string(line) + " of a report\n";
  return text;
}

void for_each_kind(const std::function<void(const Lab&)>& test) {
  std::unique_ptr<Lab> labs[] = {std::make_unique<DirectoryLab>(), std::make_unique<S3Lab>()};
  for (const auto& lab : labs) {
    if (!lab->available()) continue;
    INFO(lab->name());
    test(*lab);
  }
}

}  // namespace

TEST_CASE("what was stored comes back, from its first byte, also to another process's eyes") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    store(*place, "hello\n", kHello);
    store(*place, "", kNothing);
    CHECK(read_all(place->get(kHello)) == "hello\n");
    CHECK(read_all(place->get(kHello)) == "hello\n");
    CHECK(read_all(lab.open()->get(kNothing)).empty());
    CHECK(fs::is_regular_file(lab.file_of(kHello)));
  });
}

TEST_CASE("a large file comes back byte by byte, and the spool can be read after it was stored") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    const std::string text = large_text();
    const std::string sha256 = sha256_hex(text);
    TempFile file = place->spool();
    file.write(text);
    place->put(file, sha256);
    CHECK(read_all(place->get(sha256)) == text);
    char first = ' ';
    CHECK(file.read_at(0, &first, 1) == 1);
    CHECK(first == '0');
  });
}

TEST_CASE("storing twice is storing once, and tells when") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    store(*place, "hello\n", kHello);
    store(*place, "hello\n", kHello);
    std::multiset<std::string> names;
    place->each([&](const artifact::StoredFile& file) {
      names.insert(file.sha256);
      CHECK(file.bytes == 6);
      const auto age = std::chrono::system_clock::now() - file.stored_at;
      CHECK(age < std::chrono::minutes(2));
      CHECK(age > -std::chrono::minutes(2));
    });
    CHECK(names == std::multiset<std::string>{kHello});
  });
}

TEST_CASE("changed bytes are never handed out, and storing them again puts the right ones back") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    store(*place, "hello\n", kHello);
    std::ofstream(lab.file_of(kHello)) << "jello, longer\n";
    CHECK(kind_of([&] { (void)place->get(kHello); }) == ErrorKind::failed);
    store(*place, "hello\n", kHello);
    CHECK(read_all(place->get(kHello)) == "hello\n");
  });
}

TEST_CASE("a file is removed when it is old enough; what is not there is not found, and no name reaches another file") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    CHECK(kind_of([&] { (void)place->get(kHello); }) == ErrorKind::not_found);
    CHECK(place->remove(kHello, now));
    store(*place, "hello\n", kHello);
    CHECK_FALSE(place->remove(kHello, now - std::chrono::hours(1)));
    CHECK(read_all(place->get(kHello)) == "hello\n");
    CHECK(place->remove(kHello, now + std::chrono::hours(1)));
    CHECK(kind_of([&] { (void)place->get(kHello); }) == ErrorKind::not_found);
    CHECK_FALSE(fs::exists(lab.file_of(kHello)));
    for (const std::string& name : {std::string("../../etc/passwd"), std::string(64, 'A'), std::string()})
      CHECK(kind_of([&] { (void)place->get(name); }) == ErrorKind::not_found);
  });
}

TEST_CASE("a place tells whose it is, and what is there without its bytes") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    CHECK(place->owner().empty());
    CHECK_FALSE(place->has(kHello));
    CHECK(kind_of([&] { place->require(kHello); }) == ErrorKind::not_found);
    place->set_owner("one\nfor people\n");
    place->set_owner("another\n");
    CHECK(lab.open()->owner() == "another\n");
    store(*place, "hello\n", kHello);
    CHECK(place->has(kHello));
    place->require(kHello);
    int seen = 0;
    place->each([&](const artifact::StoredFile&) { ++seen; });
    CHECK(seen == 1);  // whose it is is no stored file
  });
}

TEST_CASE("of a file that is longer than it was recorded nothing more is taken") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    store(*place, "hello\n", kHello);
    CHECK(read_all(place->get(kHello, 6)) == "hello\n");
    std::ofstream(lab.file_of(kHello)) << "hello\nand more\n";
    CHECK(kind_of([&] { (void)place->get(kHello, 6); }) == ErrorKind::failed);
  });
}

TEST_CASE("what a killed command left beside the files goes, when it is old enough") {
  const DirectoryLab lab;
  const auto place = lab.open();
  store(*place, "hello\n", kHello);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto left = lab.file_of(kHello).parent_path() / ".reportctl-x7Bf2a";
  std::ofstream(left) << "half";
  place->sweep(now - std::chrono::hours(1));
  CHECK(fs::exists(left));
  place->sweep(now + std::chrono::hours(1));
  CHECK_FALSE(fs::exists(left));
  CHECK(place->has(kHello));
}

TEST_CASE("nothing but stored files is left in the place of spools") {
  for_each_kind([](const Lab& lab) {
    const auto place = lab.open();
    store(*place, "hello\n", kHello);
    (void)place->get(kHello);
    for (const auto& entry : fs::recursive_directory_iterator(place->root())) {
      const std::string name = entry.path().filename().string();
      CHECK_MESSAGE((entry.is_directory() || name == kHello || name == "access" || name == "secret"), name);
    }
    CHECK(place->check().find(lab.name() == std::string("S3") ? "s3://reports/" : "/files") != std::string::npos);
  });
}

TEST_CASE("keys that are wrong, buckets that are not there and endpoints without TLS are the configuration's fault") {
  const S3Lab lab;
  if (!lab.available()) return;
  auto settings = lab.settings();
  const auto refusal = [&] {
    try {
      const auto place = artifact::open_store(settings);
      store(*place, "hello\n", kHello);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      CHECK_FALSE(error.hint().empty());
      CHECK(std::string(error.what()).find("secret/key") == std::string::npos);
      return std::string(error.what());
    }
    return std::string("stored");
  };
  SUBCASE("another secret key") {
    std::ofstream(settings.s3.secret_key.file) << "another\n";
    CHECK(refusal().find("the secret key is not the one of the access key (403 SignatureDoesNotMatch") != std::string::npos);
  }
  SUBCASE("another access key") {
    std::ofstream(settings.s3.access_key.file) << "AKIDOTHER\n";
    CHECK(refusal().find("the server does not know the access key (403 InvalidAccessKeyId") != std::string::npos);
  }
  SUBCASE("another bucket") {
    settings.url = "s3://nowhere/x";
    CHECK(refusal().find("there is no such bucket (404 NoSuchBucket") != std::string::npos);
  }
  SUBCASE("http to another machine") {
    settings.s3.endpoint = "http://s3.example.com";
    CHECK(refusal().find("http is for this machine only") != std::string::npos);
  }
  SUBCASE("only one of the keys") {
    settings.s3.access_key = {};
    CHECK(refusal().find("there is no access key for S3") != std::string::npos);
  }
}
