// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/error.hpp"

namespace fs = std::filesystem;
using namespace reportctl;
using Store = std::unique_ptr<artifact::Store>;

namespace {

// sha256sum of "hello\n"
const std::string kHello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

Store open_at(const std::string& url) {
  artifact::StoreSettings settings;
  settings.url = url;
  return artifact::open_store(settings);
}

struct Place {
  fs::path root;
  Place() {
    std::string pattern = (fs::temp_directory_path() / "reportctl-artifact-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  ~Place() { fs::remove_all(root); }
  [[nodiscard]] Store open() const { return open_at("file:" + (root / "deep" / "store").string()); }
  [[nodiscard]] fs::path path_of(const std::string& sha256) const { return root / "deep/store" / sha256.substr(0, 2) / sha256; }
};

void store(artifact::Store& directory, const std::string& text, const std::string& sha256) {
  TempFile file = directory.spool();
  file.write(text);
  directory.put(file, sha256);
}

std::string read_all(const Fd& fd) {
  std::string text(64, '\0');
  const ssize_t got = ::read(fd.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
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

}  // namespace

TEST_CASE("a stored file comes back by its hash, from its first byte") {
  const Place place;
  const Store directory = place.open();
  store(*directory, "hello\n", kHello);
  CHECK(read_all(directory->get(kHello)) == "hello\n");
  CHECK(fs::is_regular_file(place.root / "deep/store/58" / kHello));
}

TEST_CASE("storing twice is storing once") {
  const Place place;
  const Store directory = place.open();
  store(*directory, "hello\n", kHello);
  store(*directory, "hello\n", kHello);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(place.root)) files += entry.is_regular_file() ? 1 : 0;
  CHECK(files == 1);
}

TEST_CASE("folders and files are the owner's alone") {
  const Place place;
  const Store directory = place.open();
  store(*directory, "hello\n", kHello);
  const auto mode = [](const fs::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777U;
  };
  CHECK(mode(place.root / "deep/store") == 0700);
  CHECK(mode(place.root / "deep/store/58") == 0700);
  CHECK(mode(place.path_of(kHello)) == 0600);
}

TEST_CASE("a pruned file is not found, a changed one is never handed out") {
  const Place place;
  const Store directory = place.open();
  CHECK(kind_of([&] { (void)directory->get(kHello); }) == ErrorKind::not_found);
  store(*directory, "hello\n", kHello);
  std::ofstream(place.path_of(kHello)) << "jello\n";
  CHECK(kind_of([&] { (void)directory->get(kHello); }) == ErrorKind::failed);
  SUBCASE("storing it again puts the right bytes back") {
    store(*directory, "hello\n", kHello);
    CHECK(read_all(directory->get(kHello)) == "hello\n");
  }
  SUBCASE("a link in its place is not followed") {
    fs::remove(place.path_of(kHello));
    fs::create_symlink("/etc/passwd", place.path_of(kHello));
    CHECK(kind_of([&] { (void)directory->get(kHello); }) == ErrorKind::failed);
  }
}

TEST_CASE("names that are not hashes reach no file") {
  const Place place;
  const Store directory = place.open();
  for (const std::string& name : {std::string(), std::string("../../etc/passwd"), std::string(64, 'g'), std::string(63, 'a'),
                                  std::string(64, 'A'), "..%2f" + std::string(59, 'a')})
    CHECK(kind_of([&] { (void)directory->get(name); }) == ErrorKind::not_found);
}

TEST_CASE("only file: with an absolute path, or s3:, is a place for files") {
  for (const char* url : {"", "file:", "file:relative", "/no/scheme", "file://host/path", "http://x/"})
    CHECK(kind_of([&] { (void)open_at(url); }) == ErrorKind::config);
}
